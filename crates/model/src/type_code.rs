//! The field type codes that table maps and binary JSON name. Source: the server's `enum_field_types`.

/// `TINYINT`.
pub const TINY: u8 = 1;
/// `SMALLINT`.
pub const SHORT: u8 = 2;
/// `INT`.
pub const LONG: u8 = 3;
/// `FLOAT`.
pub const FLOAT: u8 = 4;
/// `DOUBLE`.
pub const DOUBLE: u8 = 5;
/// `TIMESTAMP` as tables made before 5.6 keep it.
pub const TIMESTAMP: u8 = 7;
/// `BIGINT`.
pub const LONGLONG: u8 = 8;
/// `MEDIUMINT`.
pub const INT24: u8 = 9;
/// `DATE`.
pub const DATE: u8 = 10;
/// `TIME` as tables made before 5.6 keep it.
pub const TIME: u8 = 11;
/// `DATETIME` as tables made before 5.6 keep it.
pub const DATETIME: u8 = 12;
/// `YEAR`.
pub const YEAR: u8 = 13;
/// `DATE` as the server names it inside.
pub const NEWDATE: u8 = 14;
/// `VARCHAR`, `VARBINARY`.
pub const VARCHAR: u8 = 15;
/// `BIT`.
pub const BIT: u8 = 16;
/// `TIMESTAMP(fsp)` since 5.6.4.
pub const TIMESTAMP2: u8 = 17;
/// `DATETIME(fsp)` since 5.6.4.
pub const DATETIME2: u8 = 18;
/// `TIME(fsp)` since 5.6.4.
pub const TIME2: u8 = 19;
/// MariaDB: `TEXT COMPRESSED`, `BLOB COMPRESSED`.
pub const BLOB_COMPRESSED: u8 = 140;
/// MariaDB: `VARCHAR COMPRESSED`, `VARBINARY COMPRESSED`.
pub const VARCHAR_COMPRESSED: u8 = 141;
/// `VECTOR`.
pub const VECTOR: u8 = 242;
/// `JSON`.
pub const JSON: u8 = 245;
/// `DECIMAL`.
pub const NEWDECIMAL: u8 = 246;
/// `ENUM`.
pub const ENUM: u8 = 247;
/// `SET`.
pub const SET: u8 = 248;
/// `TINYTEXT`, `TINYBLOB`: logs say [`BLOB`].
pub const TINY_BLOB: u8 = 249;
/// `MEDIUMTEXT`, `MEDIUMBLOB`: logs say [`BLOB`].
pub const MEDIUM_BLOB: u8 = 250;
/// `LONGTEXT`, `LONGBLOB`: logs say [`BLOB`].
pub const LONG_BLOB: u8 = 251;
/// `TEXT` and `BLOB` of all sizes.
pub const BLOB: u8 = 252;
/// `VARCHAR`, `VARBINARY` as protocols name it.
pub const VAR_STRING: u8 = 253;
/// `CHAR`, `BINARY`.
pub const STRING: u8 = 254;
/// `GEOMETRY` and its subtypes.
pub const GEOMETRY: u8 = 255;
