//! The ways a row is written.

use becauselog_format::{
    BigintUnsigned, BinaryMode, Connect, Debezium, DebeziumConfig, DecimalMode, FormatError, Maxwell,
    MaxwellConfig, Plain, PlainConfig, Rendering, TimePrecision,
};
use becauselog_model::{EncodedBatch, RowChange};

use crate::rows::Row;

/// An encoder in one of its modes.
pub struct Way {
    pub name: &'static str,
    pub meaning: Meaning,
    encoder: Encoder,
}

/// What a mode's fields mean.
pub enum Meaning {
    Debezium(Box<DebeziumConfig>),
    Plain,
    Maxwell,
}

enum Encoder {
    Debezium(Box<Debezium>),
    Plain(Box<Plain>),
    Maxwell(Box<Maxwell>),
}

fn debezium(name: &'static str, config: DebeziumConfig, schemas: bool) -> Way {
    let schemas = schemas.to_string();
    let properties: Vec<(String, String)> = ["key", "value"]
        .iter()
        .flat_map(|side| {
            [
                (format!("{side}.converter"), "org.apache.kafka.connect.json.JsonConverter".to_owned()),
                (format!("{side}.converter.schemas.enable"), schemas.clone()),
            ]
        })
        .collect();
    let connect = Connect::from_properties(&properties).unwrap();
    let encoder = Encoder::Debezium(Box::new(Debezium::with(config.clone(), connect)));
    Way { name, meaning: Meaning::Debezium(Box::new(config)), encoder }
}

/// Every mode of every option, in a few encoders.
pub fn all() -> Vec<Way> {
    use BinaryMode as B;
    use DecimalMode as D;
    use TimePrecision as T;
    let peer = || DebeziumConfig::peer("shop");
    let exact = || DebeziumConfig::exact("shop");
    let of = |decimal, time_precision, binary, bigint_unsigned, from: DebeziumConfig| DebeziumConfig {
        decimal,
        time_precision,
        binary,
        bigint_unsigned,
        ..from
    };
    let (long, precise) = (BigintUnsigned::Long, BigintUnsigned::Precise);
    let no_adjuster = DebeziumConfig { time_adjuster: false, ..peer() };
    let micros = of(D::String, T::Microseconds, B::Base64, precise, no_adjuster);
    vec![
        debezium("debezium, defaults", peer(), false),
        debezium("debezium, defaults with schemas", peer(), true),
        debezium("debezium, connect, double, hex", of(D::Double, T::Connect, B::Hex, long, peer()), false),
        debezium("debezium, microseconds, string, base64, precise", micros, true),
        debezium(
            "debezium, nanoseconds, url-safe",
            of(D::Precise, T::Nanoseconds, B::Base64UrlSafe, long, peer()),
            false,
        ),
        debezium("debezium, isostring", of(D::String, T::IsoString, B::Hex, precise, peer()), false),
        debezium("exact", exact(), false),
        debezium(
            "exact, nanoseconds, precise",
            of(D::Precise, T::Nanoseconds, B::Base64, precise, exact()),
            false,
        ),
        debezium("exact, isostring with schemas", of(D::Double, T::IsoString, B::Hex, long, exact()), true),
        debezium("exact, adaptive", of(D::String, T::Adaptive, B::Base64UrlSafe, long, exact()), false),
        Way {
            name: "plain",
            meaning: Meaning::Plain,
            encoder: Encoder::Plain(Box::new(Plain::new(PlainConfig::new("shop")))),
        },
        Way {
            name: "maxwell",
            meaning: Meaning::Maxwell,
            encoder: Encoder::Maxwell(Box::new(Maxwell::new(MaxwellConfig::new("shop")))),
        },
    ]
}

impl Meaning {
    /// Whether values are the peer's where they are not the table's.
    pub fn is_peer(&self) -> bool {
        matches!(self, Self::Debezium(config) if config.rendering == Rendering::Peer)
    }
}

impl Way {
    pub fn encode(
        &mut self,
        change: &RowChange<'_, Row<'_>>,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        match &mut self.encoder {
            Encoder::Debezium(encoder) => encoder.encode(change, 1_795_465_818_320_586_978, out),
            Encoder::Plain(encoder) => encoder.encode(change, 0, out),
            Encoder::Maxwell(encoder) => encoder.encode(change, 1_795_465_818_320_586_978, out),
        }
    }

    /// How many times in documents it says it has garbled.
    pub fn garbled(&self) -> u64 {
        match &self.encoder {
            Encoder::Debezium(encoder) => encoder.losses().json_garbled,
            Encoder::Plain(encoder) => encoder.losses().json_garbled,
            Encoder::Maxwell(encoder) => encoder.losses().json_garbled,
        }
    }
}
