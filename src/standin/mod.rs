//! Who looks when the therapist can't: a colleague with keys of their own, on a machine of their own.
//!
//! In: on the practice's side its people, its record, and the colleague's two public keys; on the colleague's side those keys'
//! secrets, and a host that may lie. Out: a [`Brief`], sealed to the colleague alone, with every publication; and there an
//! [`Inbox`](crate::inbox::Inbox) like the practice's own, of what lies at the host. It must not know how to ask anyone, hold a
//! key of the practice, or write anything that a member said to a disk.
//! In the order of the code: [`own`] holds the colleague's secrets; [`brief`] says whom to believe and what was asked;
//! [`visit`] fetches, as a reader whom the gate lets in; [`sight`] puts both together.

mod brief;
mod own;
mod sight;
mod visit;

pub use brief::{Brief, BriefError, Document, Known};
pub use own::{OwnKey, OwnKeyError, Place, SECRET_FILE};
pub use sight::Sight;
pub use visit::{VisitError, Visitor};
