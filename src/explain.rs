//! What every error of heldspace can do besides saying what went wrong.

/// An error that also says what to do, and how a script can tell it from others.
pub trait Explain: std::error::Error {
    /// What the person can do about it: one or two sentences.
    fn hint(&self) -> Option<String> {
        None
    }

    /// 1 something failed; 2 the call itself was wrong; 3 mistakes in the practice's files; 4 refused for safety (no
    /// answer to a question, keys missing, host ahead).
    fn exit_code(&self) -> u8 {
        1
    }
}
