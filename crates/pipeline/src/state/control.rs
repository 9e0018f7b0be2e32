//! The local control channel: a Unix socket in the state folder, one JSON request a line, one JSON reply a line.
//!
//! A request is an object with `cmd`, for example `{"cmd":"status"}`. The reply is `{"ok":…}` or `{"error":"…"}`. Only
//! the folder's owner can connect: the folder and the socket are his alone.

mod address;
mod client;
mod server;

pub use client::ask;
pub use server::ControlServer;

/// The socket's name in the state folder.
pub const SOCKET: &str = "control.sock";

/// The longest request, in bytes. Commands are short.
const REQUEST_BYTES_MAX: usize = 64 << 10;

/// The longest reply, in bytes.
const REPLY_BYTES_MAX: usize = 64 << 20;
