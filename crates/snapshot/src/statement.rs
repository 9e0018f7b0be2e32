//! The SELECT of a table.

use becauselog_model::{ColumnKind, ColumnShape, TableShape};

/// All columns in the order of the shape, invisible ones too; `clause` is what follows WHERE, `order` the columns to order
/// by.
pub(crate) fn select(shape: &TableShape, clause: Option<&str>, order: &[usize]) -> String {
    let columns: Vec<String> = shape.columns.iter().map(column).collect();
    let mut sql = format!("SELECT {} FROM {}", columns.join(","), table(shape));
    if let Some(clause) = clause {
        sql.push_str(" WHERE ");
        sql.push_str(clause);
    }
    let order: Vec<String> =
        order.iter().filter_map(|at| shape.columns.get(*at)).map(|column| quoted(&column.name)).collect();
    if !order.is_empty() {
        sql.push_str(" ORDER BY ");
        sql.push_str(&order.join(","));
    }
    sql
}

/// Members of ENUM and SET by their numbers: of texts alone the empty error value looks like an empty member.
fn column(column: &ColumnShape) -> String {
    let name = quoted(&column.name);
    match column.kind {
        ColumnKind::Enum { .. } | ColumnKind::Set { .. } => format!("CAST({name} AS UNSIGNED)"),
        _ => name,
    }
}

/// The table's full name.
pub(crate) fn table(shape: &TableShape) -> String {
    format!("{}.{}", quoted(&shape.name.database), quoted(&shape.name.table))
}

/// A name in backticks, which every `sql_mode` takes.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

#[cfg(test)]
mod tests {
    use becauselog_model::{ShapeOrigin, TableName};

    use super::*;

    #[test]
    fn names_are_quoted_and_members_are_numbers() {
        let column = |name: &str, kind| ColumnShape {
            name: name.into(),
            kind,
            nullable: false,
            visible: true,
            declared: None,
        };
        let shape = TableShape {
            name: TableName::new("d`b", "t"),
            columns: vec![
                column("i`d", ColumnKind::Int { unsigned: false }),
                column("e", ColumnKind::Enum { values: ["a".into()].into() }),
            ],
            key: Some(vec![0]),
            origin: ShapeOrigin::InformationSchema,
        };
        assert_eq!(select(&shape, None, &[]), "SELECT `i``d`,CAST(`e` AS UNSIGNED) FROM `d``b`.`t`");
        assert_eq!(
            select(&shape, Some("e='a'"), &[1, 0]),
            "SELECT `i``d`,CAST(`e` AS UNSIGNED) FROM `d``b`.`t` WHERE e='a' ORDER BY `e`,`i``d`"
        );
    }
}
