pub mod files;
mod home;
pub use home::*;
