//! Opening the byte stream.

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, UnixStream};

use super::{
    error::ConnectionError,
    options::{ConnectOptions, Endpoint},
    packet::Transport,
};

/// Opens a TCP connection (no delay, keepalive) or a Unix socket.
pub(crate) async fn open(
    endpoint: &Endpoint,
    options: &ConnectOptions,
) -> Result<Box<dyn Transport>, ConnectionError> {
    let unreachable = |source| ConnectionError::Unreachable { address: endpoint.to_string(), source };
    match endpoint {
        Endpoint::Tcp { host, port } => {
            let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(unreachable)?;
            stream.set_nodelay(true).map_err(unreachable)?;
            let keepalive = TcpKeepalive::new().with_time(options.keepalive).with_interval(options.keepalive);
            SockRef::from(&stream).set_tcp_keepalive(&keepalive).map_err(unreachable)?;
            Ok(Box::new(stream))
        }
        Endpoint::Unix { path } => Ok(Box::new(UnixStream::connect(path).await.map_err(unreachable)?)),
    }
}
