//! The transforms, by the names of their classes.

mod cel;
mod debezium;
mod kafka;

use crate::options::Options;
use crate::side::Side;
use crate::{DataError, Record};

/// A transform. It may drop the record.
pub(crate) trait Transform: Send {
    /// Changes a record.
    fn apply(&mut self, record: Record) -> Result<Option<Record>, DataError>;

    /// Whether it adds headers to the record that it is given, instead of making a record with more headers.
    fn adds_headers_in_place(&self) -> bool {
        false
    }
}

type Boxed = Box<dyn Transform>;
type Build = fn(&mut Options) -> Boxed;
type BuildSided = fn(Side, &mut Options) -> Boxed;

/// Classes that stand for themselves.
const CLASSES: &[(&str, Build)] = &[
    ("io.debezium.transforms.ExtractNewRecordState", debezium::ExtractNewRecordState::build),
    ("io.debezium.transforms.ExtractChangedRecordState", debezium::ExtractChangedRecordState::build),
    ("io.debezium.transforms.ByLogicalTableRouter", debezium::ByLogicalTableRouter::build),
    ("io.debezium.transforms.outbox.EventRouter", debezium::EventRouter::build),
    ("io.debezium.transforms.HeaderToValue", debezium::HeaderToValue::build),
    ("io.debezium.transforms.GeometryFormatTransformer", debezium::GeometryFormatTransformer::build),
    ("io.debezium.transforms.SwapGeometryCoordinates", debezium::SwapGeometryCoordinates::build),
    ("io.debezium.transforms.VectorToJsonConverter", debezium::VectorToJsonConverter::build),
    ("io.debezium.transforms.Filter", cel::Filter::build),
    ("io.debezium.transforms.ContentBasedRouter", cel::ContentBasedRouter::build),
    ("io.debezium.transforms.SchemaChangeEventFilter", debezium::SchemaChangeEventFilter::build),
    ("io.debezium.transforms.TimezoneConverter", debezium::TimezoneConverter::build),
    ("io.debezium.transforms.partitions.PartitionRouting", debezium::PartitionRouting::build),
    ("io.debezium.connector.mysql.transforms.ReadToInsertEvent", debezium::ReadToInsertEvent::build),
    ("org.apache.kafka.connect.transforms.RegexRouter", kafka::RegexRouter::build),
    ("org.apache.kafka.connect.transforms.TimestampRouter", kafka::TimestampRouter::build),
    ("org.apache.kafka.connect.transforms.ValueToKey", kafka::ValueToKey::build),
    ("org.apache.kafka.connect.transforms.DropHeaders", kafka::DropHeaders::build),
    ("org.apache.kafka.connect.transforms.InsertHeader", kafka::InsertHeader::build),
    ("org.apache.kafka.connect.transforms.Filter", kafka::Filter::build),
];

/// Classes with a `$Key` and a `$Value`.
const SIDED: &[(&str, BuildSided)] = &[
    ("org.apache.kafka.connect.transforms.InsertField", kafka::InsertField::build),
    ("org.apache.kafka.connect.transforms.ReplaceField", kafka::ReplaceField::build),
    ("org.apache.kafka.connect.transforms.ExtractField", kafka::ExtractField::build),
    ("org.apache.kafka.connect.transforms.HoistField", kafka::HoistField::build),
    ("org.apache.kafka.connect.transforms.Flatten", kafka::Flatten::build),
    ("org.apache.kafka.connect.transforms.MaskField", kafka::MaskField::build),
    ("org.apache.kafka.connect.transforms.Cast", kafka::Cast::build),
    ("org.apache.kafka.connect.transforms.TimestampConverter", kafka::TimestampConverter::build),
    ("org.apache.kafka.connect.transforms.SetSchemaMetadata", kafka::SetSchemaMetadata::build),
    ("org.apache.kafka.connect.transforms.HeaderFrom", kafka::HeaderFrom::build),
];

/// Makes a transform of a class; nothing if the class is not known.
pub(crate) fn build(class: &str, options: &mut Options) -> Option<Boxed> {
    if let Some((_, build)) = CLASSES.iter().find(|(name, _)| *name == class) {
        return Some(build(options));
    }
    let (base, side) = class.split_once('$')?;
    let side = match side {
        "Key" => Side::Key,
        "Value" => Side::Value,
        _ => return None,
    };
    SIDED.iter().find(|(name, _)| *name == base).map(|(_, build)| build(side, options))
}

/// The names of all classes that are known.
pub(crate) fn known() -> Vec<String> {
    let sided = SIDED.iter().flat_map(|(name, _)| ["Key", "Value"].map(|side| format!("{name}${side}")));
    CLASSES.iter().map(|(name, _)| (*name).to_owned()).chain(sided).collect()
}
