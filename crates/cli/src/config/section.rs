//! Sections of a config: one declaration gives the struct that serde fills and the reference that people read.

/// One section of the native config.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Its path, for example `source.tls`; empty for the whole file.
    pub path: &'static str,
    /// What it is, in lines.
    #[cfg_attr(not(test), allow(dead_code, reason = "for the reference page, which a test makes"))]
    pub about: &'static [&'static str],
    /// Its keys in order.
    pub keys: &'static [Key],
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in the section.
    pub name: &'static str,
    /// What kind of value it takes, in words.
    pub kind: &'static str,
    /// Its default as TOML; empty where there is none.
    #[cfg_attr(not(test), allow(dead_code, reason = "for the reference page, which a test makes"))]
    pub default: &'static str,
    /// What it does, in lines.
    #[cfg_attr(not(test), allow(dead_code, reason = "for the reference page, which a test makes"))]
    pub doc: &'static [&'static str],
}

/// Declares a section: every field is optional, and unknown ones are refused.
macro_rules! section {
    ($(#[doc = $about:literal])+ $name:ident at $path:literal {
        $( $(#[doc = $doc:literal])+ $field:ident : $ty:ty = ($kind:literal, $default:literal); )+
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $( $(#[doc = $doc])+ pub $field: Option<$ty>, )+
        }

        impl $name {
            /// The section's reference.
            pub const SECTION: Section = Section {
                path: $path,
                about: &[$($about),+],
                keys: &[$( $crate::config::section::Key {
                    name: stringify!($field),
                    kind: $kind,
                    default: $default,
                    doc: &[$($doc),+],
                } ),+],
            };
        }
    };
}

pub(crate) use section;
