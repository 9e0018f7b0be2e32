//! Where the state folder is when nobody says.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::error::StateError;

/// `$XDG_STATE_HOME/becauselog/<name>`, else `~/.local/state/becauselog/<name>`.
///
/// # Errors
/// When the name cannot be a folder's, or there is no home.
pub fn default_state_folder(name: &str) -> Result<PathBuf, StateError> {
    folder_under(env::var_os("XDG_STATE_HOME"), env::var_os("HOME"), name)
}

fn folder_under(
    state_home: Option<OsString>,
    home: Option<OsString>,
    name: &str,
) -> Result<PathBuf, StateError> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.starts_with('.') || name.len() > 200 || !name.chars().all(fits) {
        return Err(StateError::Name { name: name.to_owned() });
    }
    // A relative path there is to be ignored, says the XDG base directory specification.
    let absolute = |value: Option<OsString>| value.map(PathBuf::from).filter(|path| path.is_absolute());
    let base =
        absolute(state_home).or_else(|| absolute(home).map(|home| home.join(Path::new(".local/state"))));
    Ok(base.ok_or(StateError::NoHome)?.join("becauselog").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under(state_home: Option<&str>, home: Option<&str>, name: &str) -> Option<PathBuf> {
        folder_under(state_home.map(Into::into), home.map(Into::into), name).ok()
    }

    #[test]
    fn the_state_home_comes_before_the_home() {
        assert_eq!(under(Some("/s"), Some("/h"), "shop"), Some("/s/becauselog/shop".into()));
        assert_eq!(under(None, Some("/h"), "shop"), Some("/h/.local/state/becauselog/shop".into()));
        assert_eq!(
            under(Some("relative"), Some("/h"), "shop"),
            Some("/h/.local/state/becauselog/shop".into())
        );
        assert_eq!(under(None, None, "shop"), None);
    }

    #[test]
    fn a_name_cannot_lead_out_of_its_folder() {
        for name in ["", ".", "..", "a/b", "../x", ".hidden", "a\0b", "a b"] {
            assert_eq!(under(Some("/s"), None, name), None, "{name:?}");
        }
    }
}
