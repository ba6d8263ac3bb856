//! A host that lies, and passes that are shown where they are none.
