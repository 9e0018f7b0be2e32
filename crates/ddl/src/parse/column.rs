//! Columns: types, defaults and what else stands behind them.

use crate::{
    Attribute, ColumnDefinition, DataType, Default, LiteralKind, Place, cursor::Cursor, token::Kind,
};

/// Types of texts: `CHARACTER SET` and so on may follow.
const TEXTS: [&str; 14] = [
    "CHAR",
    "CHARACTER",
    "VARCHAR",
    "VARCHARACTER",
    "TEXT",
    "TINYTEXT",
    "MEDIUMTEXT",
    "LONGTEXT",
    "NCHAR",
    "NVARCHAR",
    "NATIONAL",
    "LONG",
    "ENUM",
    "SET",
];

impl<'t> Cursor<'t> {
    /// `name type attributes…`, up to `FIRST`, `AFTER` or the part's end.
    pub(super) fn column_definition(&mut self) -> Option<ColumnDefinition<'t>> {
        let name = self.column_name()?;
        let data_type = self.data_type()?;
        let mut attributes = Vec::new();
        while !self.is_part_end() && !self.is("FIRST") && !self.is("AFTER") {
            attributes.push(self.attribute());
        }
        Some(ColumnDefinition { name, data_type, attributes })
    }

    /// `FIRST`, `AFTER column` or nothing.
    pub(super) fn place(&mut self) -> Option<Place> {
        if self.takes(&["FIRST"]) {
            return Some(Place::First);
        }
        if self.takes(&["AFTER"]) {
            return Some(Place::After(self.column_name()?));
        }
        Some(Place::Unsaid)
    }

    fn data_type(&mut self) -> Option<DataType<'t>> {
        let first = self.word()?;
        let mut data_type = DataType { words: vec![first], ..DataType::default() };
        self.more_words(&mut data_type.words);
        if self.is_mark('(') {
            self.arguments(&mut data_type)?;
        }
        if data_type.words.last().is_some_and(|word| word == "CHAR") && self.takes(&["VARYING"]) {
            data_type.words.push("VARYING".to_owned());
        }
        let is_text = data_type.words.iter().any(|word| TEXTS.contains(&word.as_str()));
        self.type_suffixes(&mut data_type, is_text);
        Some(data_type)
    }

    fn word(&mut self) -> Option<String> {
        let token = self.peek().filter(|token| token.kind == Kind::Word)?;
        self.advance();
        Some(self.text(token).to_ascii_uppercase())
    }

    /// Second and third words of a type's name.
    fn more_words(&mut self, words: &mut Vec<String>) {
        let first = words.first().cloned().unwrap_or_default();
        let follow: &[&'static str] = match first.as_str() {
            "DOUBLE" | "FLOAT8" => &["PRECISION"],
            "CHAR" | "CHARACTER" => &["VARYING"],
            "NATIONAL" => &["CHAR", "CHARACTER", "VARCHAR", "VARCHARACTER"],
            "NCHAR" => &["VARCHAR", "VARCHARACTER", "VARYING"],
            "LONG" => &["VARCHAR", "VARBINARY", "VARCHARACTER", "CHAR", "CHARACTER"],
            _ => &[],
        };
        // `LONG CHARACTER SET x` is a LONG.
        if self.is_at(1, "SET") {
            return;
        }
        let Some(second) = self.takes_any(follow) else { return };
        words.push(second.to_owned());
        let varying = matches!(first.as_str(), "NATIONAL" | "LONG") && matches!(second, "CHAR" | "CHARACTER");
        if varying && self.takes(&["VARYING"]) {
            words.push("VARYING".to_owned());
        }
    }

    fn arguments(&mut self, data_type: &mut DataType<'t>) -> Option<()> {
        self.advance();
        loop {
            let token = self.advance()?;
            match token.kind {
                Kind::Mark(')') => return Some(()),
                Kind::Mark(',') => {}
                Kind::Text | Kind::Hex | Kind::Bits => data_type.members.push(self.text(token)),
                // A charset before a member.
                Kind::Word if self.kind() == Some(Kind::Text) => {}
                _ => data_type.arguments.push(self.text(token)),
            }
        }
    }

    fn type_suffixes(&mut self, data_type: &mut DataType<'t>, is_text: bool) {
        loop {
            if let Some(suffix) = self.takes_any(&["SIGNED", "UNSIGNED", "ZEROFILL"]) {
                data_type.suffixes.push(suffix.to_owned());
            } else if self.takes(&["COMPRESSED"]) {
                data_type.compressed = true;
                // Its method.
                if self.takes_mark('=') {
                    self.advance();
                }
            } else if !is_text {
                return;
            } else if self.takes(&["BINARY"]) {
                data_type.binary = true;
            } else if self.takes(&["BYTE"]) {
                data_type.byte = true;
            } else if let Some(shorthand) = self.takes_any(&["ASCII", "UNICODE"]) {
                data_type.shorthand = Some(shorthand);
            } else if let Some(charset) = self.charset() {
                data_type.charset = Some(charset);
            } else if let Some(collation) = self.collation() {
                data_type.collation = Some(collation);
            } else {
                return;
            }
        }
    }

    fn attribute(&mut self) -> Attribute<'t> {
        if self.takes(&["NOT", "NULL"]) {
            Attribute::NotNull
        } else if self.takes(&["NULL"]) {
            Attribute::Null
        } else if self.takes(&["DEFAULT"]) {
            Attribute::Default(self.default())
        } else if self.takes(&["ON", "UPDATE"]) {
            Attribute::OnUpdate(self.now())
        } else if self.takes(&["AUTO_INCREMENT"]) {
            Attribute::AutoIncrement
        } else if self.takes(&["SERIAL", "DEFAULT", "VALUE"]) {
            Attribute::SerialDefault
        } else if self.takes(&["UNIQUE"]) {
            self.takes(&["KEY"]);
            Attribute::Unique
        } else if self.takes(&["PRIMARY", "KEY"]) || self.takes(&["PRIMARY"]) || self.takes(&["KEY"]) {
            Attribute::PrimaryKey
        } else {
            self.rarer_attribute()
        }
    }

    fn rarer_attribute(&mut self) -> Attribute<'t> {
        let start = self.start();
        if self.takes(&["COMMENT"]) {
            let text = self.advance().map(|token| self.text(token));
            return Attribute::Comment(text.unwrap_or_default());
        }
        if let Some(collation) = self.collation() {
            return Attribute::Collate(collation);
        }
        if self.takes(&["GENERATED", "ALWAYS", "AS"]) || self.takes(&["AS"]) {
            return self.generated();
        }
        if self.takes(&["VISIBLE"]) {
            return Attribute::Visible;
        }
        if self.takes(&["INVISIBLE"]) {
            return Attribute::Invisible;
        }
        if self.takes(&["REFERENCES"]) {
            self.references();
        } else if self.takes_any(&["COLUMN_FORMAT", "STORAGE", "ENGINE_ATTRIBUTE", "SRID"]).is_some() {
            self.takes_mark('=');
            self.advance();
        } else {
            self.skip();
            // An option of the storage engine.
            if self.takes_mark('=') {
                self.advance();
            }
        }
        Attribute::Other(self.text_from(start))
    }

    /// What stands behind `AS`.
    fn generated(&mut self) -> Attribute<'t> {
        if self.takes(&["ROW", "START"]) || self.takes(&["ROW", "END"]) {
            return Attribute::RowTime;
        }
        self.skip();
        let kind = self.takes_any(&["VIRTUAL", "STORED", "PERSISTENT"]);
        Attribute::Generated { stored: kind.is_some_and(|kind| kind != "VIRTUAL") }
    }

    /// `t (a) [MATCH …] [ON DELETE SET NULL] [ON UPDATE SET DEFAULT]`: its words mean nothing for the column.
    fn references(&mut self) {
        self.table();
        if self.is_mark('(') {
            self.skip();
        }
        loop {
            if self.takes(&["MATCH"]) {
                self.advance();
            } else if (self.is("ON") && self.is_at(1, "DELETE")) || (self.is("ON") && self.is_at(1, "UPDATE"))
            {
                self.advance();
                self.advance();
                if !self.takes(&["SET", "NULL"])
                    && !self.takes(&["SET", "DEFAULT"])
                    && !self.takes(&["NO", "ACTION"])
                {
                    self.advance();
                }
            } else {
                return;
            }
        }
    }

    /// What stands behind `DEFAULT`.
    pub(super) fn default(&mut self) -> Default<'t> {
        let start = self.start();
        if self.takes(&["NULL"]) {
            return Default::Null;
        }
        if self.is_now() {
            return Default::Now(self.now());
        }
        let mut sign = "";
        if self.is_mark('-') || self.is_mark('+') {
            sign = self.advance().map_or("", |token| self.text(token));
        }
        if self.is_introducer() {
            self.advance();
        }
        let Some(token) = self.peek() else { return Default::Expression(self.text_from(start)) };
        let text = self.text(token);
        let kind = match token.kind {
            Kind::Text => LiteralKind::Text,
            Kind::Number if text.contains(['.', 'e', 'E']) => LiteralKind::Real,
            Kind::Number => LiteralKind::Integer,
            Kind::Bits => LiteralKind::Bits,
            Kind::Hex => LiteralKind::Hex,
            Kind::Word if self.is("TRUE") || self.is("FALSE") => LiteralKind::Boolean,
            _ => return self.expression(start),
        };
        self.advance();
        // Adjacent texts are one.
        while kind == LiteralKind::Text && self.kind() == Some(Kind::Text) {
            self.advance();
        }
        let text = if kind == LiteralKind::Text { self.text_from(token.start) } else { text };
        Default::Literal { sign, text, kind }
    }

    fn expression(&mut self, start: usize) -> Default<'t> {
        self.skip();
        // A function's brackets.
        if self.is_mark('(') {
            self.skip();
        }
        Default::Expression(self.text_from(start))
    }

    /// `_utf8mb4'…'`, `N'…'`
    fn is_introducer(&self) -> bool {
        let word = self.peek().filter(|token| token.kind == Kind::Word).map(|token| self.text(token));
        let introduces = word.is_some_and(|word| word.starts_with('_') || word.eq_ignore_ascii_case("n"));
        introduces && matches!(self.kind_ahead(1), Some(Kind::Text | Kind::Hex | Kind::Bits))
    }

    fn is_now(&self) -> bool {
        [
            "CURRENT_TIMESTAMP",
            "NOW",
            "LOCALTIME",
            "LOCALTIMESTAMP",
            "CURDATE",
            "CURTIME",
            "CURRENT_DATE",
            "CURRENT_TIME",
        ]
        .iter()
        .any(|word| self.is(word))
    }

    /// `NOW(3)` as written.
    fn now(&mut self) -> &'t str {
        let start = self.start();
        self.advance();
        if self.is_mark('(') {
            self.skip();
        }
        self.text_from(start)
    }
}
