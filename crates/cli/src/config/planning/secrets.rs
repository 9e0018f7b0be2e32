//! Where the password is.

use super::Problems;
use crate::{
    config::{Outside, native::SourceConfig, reference},
    secret::Secret,
};

/// The password from at most one of the places it may be in.
pub fn password(config: &SourceConfig, outside: &Outside, problems: &mut Problems) -> Option<Secret> {
    let given = [config.password.is_some(), config.password_env.is_some(), config.password_file.is_some()];
    if given.into_iter().filter(|given| *given).count() > 1 {
        problems.add("source.password", "give only one of `password`, `password_env` and `password_file`");
    }
    if let Some(name) = &config.password_env {
        let read = reference::variable(name, outside).map(Secret::new);
        return Some(problems.take("source.password_env", read, Secret::default()));
    }
    if let Some(path) = &config.password_file {
        let read = reference::whole_file(&path.display().to_string()).map(Secret::new);
        return Some(problems.take("source.password_file", read, Secret::default()));
    }
    config.password.clone()
}
