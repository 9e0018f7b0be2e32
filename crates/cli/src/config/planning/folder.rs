//! The platform's folder for state.

use std::path::PathBuf;

use crate::config::Outside;

/// `becauselog/<name>` in the platform's state folder; nothing when the environment names none.
pub fn of(name: &str, outside: &Outside) -> Option<PathBuf> {
    let variable =
        |name: &str| outside.variables.get(name).filter(|text| !text.is_empty()).map(PathBuf::from);
    let home = || variable("HOME");
    let base = if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Application Support"))
    } else {
        let given = variable("XDG_STATE_HOME").filter(|path| path.is_absolute());
        given.or_else(|| home().map(|home| home.join(".local/state")))
    };
    base.map(|base| base.join("becauselog").join(name))
}
