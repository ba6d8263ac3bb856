//! How much of everything the gate grants, in one place. None of these limits ever removes anything from the store.

use std::time::Duration;

use crate::wire::ANSWER_SIZE;

/// So many at once, and one more after every pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub burst: u32,
    pub pause: Duration,
}

/// What one client, one mailbox and the whole server may use. The default suits a practice and a small machine.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open connections; fewer where the system gives this process fewer descriptors.
    pub connections: usize,
    /// Open connections of one network: an IPv4 address, or an IPv6 /64.
    pub connections_per_network: usize,
    /// Whether connections from this machine count as one network. They do not by default: a proxy stands for everyone.
    pub count_loopback: bool,
    /// From the first byte of a request's head to its last.
    pub head_time: Duration,
    /// From the first byte of a TLS handshake to its last.
    pub handshake_time: Duration,
    /// Without a byte moving either way; in HTTP/2, without a byte of an answer, or of a member's body, moving.
    pub quiet_time: Duration,
    /// After this a connection begins no other request; the one under way has as long again.
    pub connection_life: Duration,
    /// For requests under way when the server is told to stop.
    pub stop_time: Duration,
    /// For what a client still sends after it was refused.
    pub linger_time: Duration,
    /// Bytes of a request's head.
    pub head_size: usize,
    /// Bytes of a request's target.
    pub target_size: usize,
    /// Header fields of a request.
    pub head_fields: usize,
    /// Requests at a time in one HTTP/2 connection. A reader that takes nothing holds an answer of 64 KiB for each.
    pub streams: u32,
    /// Bytes of answers kept for a slow reader, for each of them.
    pub stream_buffer: usize,
    /// Requests in one HTTP/2 connection that were taken back before they were answered, or refused as broken.
    pub resets: usize,
    /// Bytes of the body of a publishing request.
    pub body_size: u64,
    /// Bodies of publishing requests in memory at a time.
    pub bodies: usize,
    /// Bytes of a sealed answer, and of a member's own notes.
    pub sealed_size: u64,
    /// Bodies of members' requests in memory at a time, and one of each mailbox.
    pub sealed_bodies: usize,
    /// Answers that a mailbox may have here, over all the years.
    pub answers_per_mailbox: u64,
    /// Bytes of all answers of a mailbox.
    pub answer_bytes_per_mailbox: u64,
    /// Bytes that stay free on the disk: with fewer, nothing is taken from members.
    pub free_space: u64,
    /// Answers, of each mailbox.
    pub answers_of_mailbox: Rate,
    /// Own notes that are saved, of each mailbox.
    pub notes_of_mailbox: Rate,
    /// Listings and briefs handed out to whoever stands in.
    pub listings: Rate,
    /// Keyrings handed out, for each mailbox.
    pub keyrings_per_mailbox: Rate,
    /// Keyrings handed out, to each network.
    pub keyrings_per_network: Rate,
    /// Wrong tickets and passes, for each mailbox.
    pub failures_per_mailbox: Rate,
    /// Wrong tickets and passes, from each network.
    pub failures_per_network: Rate,
    /// Mailboxes, and networks, that are remembered for the rates above; then the longest unseen are forgotten.
    pub remembered: usize,
    /// Passes whose signature was verified that are remembered.
    pub remembered_passes: usize,
    /// Events that wait to be written to the audit log.
    pub audit_queue: usize,
    /// Lines of the audit log on one day, about 250 bytes each.
    pub audit_lines_per_day: usize,
    /// Bytes after which the audit log goes on in another file.
    pub audit_file_size: u64,
    /// Between two writes of the audit log: what happens is on the disk within a second.
    pub audit_pause: Duration,
    /// How long `gate.json` may have changed before it is seen.
    pub gate_file_age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let every = |burst, seconds| Rate { burst, pause: Duration::from_secs(seconds) };
        Self {
            connections: 4096,
            connections_per_network: 80,
            count_loopback: false,
            head_time: Duration::from_secs(10),
            handshake_time: Duration::from_secs(10),
            quiet_time: Duration::from_secs(30),
            connection_life: Duration::from_mins(5),
            stop_time: Duration::from_secs(10),
            linger_time: Duration::from_secs(1),
            head_size: 16 * 1024,
            target_size: 4 * 1024,
            head_fields: 64,
            streams: 8,
            stream_buffer: 64 * 1024,
            resets: 50,
            body_size: 32 * 1024 * 1024,
            bodies: 8,
            sealed_size: ANSWER_SIZE as u64,
            sealed_bodies: 64,
            answers_per_mailbox: 10_000,
            answer_bytes_per_mailbox: 256 * 1024 * 1024,
            free_space: 128 * 1024 * 1024,
            answers_of_mailbox: every(60, 10),
            notes_of_mailbox: every(60, 5),
            listings: every(600, 2),
            keyrings_per_mailbox: every(20, 30),
            keyrings_per_network: every(60, 5),
            failures_per_mailbox: every(20, 30),
            failures_per_network: every(30, 10),
            remembered: 16 * 1024,
            remembered_passes: 4 * 1024,
            audit_queue: 16 * 1024,
            audit_lines_per_day: 256 * 1024,
            audit_file_size: 1024 * 1024,
            audit_pause: Duration::from_millis(500),
            gate_file_age: Duration::from_secs(1),
        }
    }
}
