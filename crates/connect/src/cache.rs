//! What was made of a schema, kept by the schema's identity.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{DataError, Schema};

/// How many schemas are kept; when there are more, all are forgotten and made anew.
const LIMIT: usize = 4096;

/// Things made of schemas. A schema in here is held, so its address stays its own.
#[derive(Debug)]
pub(crate) struct SchemaCache<T> {
    made: HashMap<usize, (Arc<Schema>, T)>,
}

impl<T> Default for SchemaCache<T> {
    fn default() -> Self {
        Self { made: HashMap::new() }
    }
}

impl<T> SchemaCache<T> {
    /// What was made of this schema, made now if it was not.
    pub(crate) fn get_or_make(
        &mut self,
        schema: &Arc<Schema>,
        make: impl FnOnce() -> Result<T, DataError>,
    ) -> Result<&mut T, DataError> {
        let address = Arc::as_ptr(schema).addr();
        if !self.made.contains_key(&address) {
            let made = make()?;
            if self.made.len() >= LIMIT {
                self.made.clear();
            }
            self.made.insert(address, (Arc::clone(schema), made));
        }
        self.get_mut(schema).ok_or_else(|| DataError::new("a schema's cache lost what it was given"))
    }

    /// What was made of this schema, if it is still kept.
    pub(crate) fn get_mut(&mut self, schema: &Arc<Schema>) -> Option<&mut T> {
        self.made.get_mut(&Arc::as_ptr(schema).addr()).map(|(_, made)| made)
    }
}
