#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
//! Whole logins over a pipe in memory: what a server says comes in pieces of any size, or ends anywhere.

use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

use super::*;

/// What a server does in a login: says a packet's content, or waits for one of ours.
enum Turn {
    Say(Vec<u8>),
    Hear,
}

use Turn::{Hear, Say};

const OK_PACKET: &[u8] = &[0, 0, 0, 2, 0, 0, 0];

fn greeting(plugin: &str) -> Vec<u8> {
    let mut packet = b"\x0a8.4.0\0".to_vec();
    packet.extend_from_slice(&7u32.to_le_bytes());
    packet.extend_from_slice(b"abcdefgh\0");
    // Everything but TLS.
    packet.extend_from_slice(&[0xff, 0xf7, 45, 2, 0, 0xff, 0xff, 21]);
    packet.extend_from_slice(&[0; 10]);
    packet.extend_from_slice(b"ijklmnopqrst\0");
    packet.extend_from_slice(plugin.as_bytes());
    packet.push(0);
    packet
}

fn switch_to(plugin: &str) -> Vec<u8> {
    [b"\xfe", plugin.as_bytes(), b"\0ABCDEFGHIJKLMNOPQRST\0"].concat()
}

fn endpoint(local: bool) -> Endpoint {
    if local { Endpoint::Unix { path: "/server.sock".into() } } else { Endpoint::tcp("db", 3306) }
}

/// Plays a server; it stops after `end` bytes, each write being of `piece` bytes. Returns what it heard.
async fn play(
    turns: Vec<Turn>,
    local: bool,
    piece: usize,
    end: usize,
) -> (Result<Connection, ConnectionError>, Vec<Vec<u8>>) {
    let (ours, mut theirs) = duplex(1 << 16);
    let server = tokio::spawn(async move {
        let (mut sequence, mut left, mut heard) = (0u8, end, Vec::new());
        for turn in turns {
            match turn {
                Say(content) => {
                    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
                    let packet = [&length[..3], &[sequence], &content].concat();
                    sequence = sequence.wrapping_add(1);
                    let sent = &packet[..packet.len().min(left)];
                    for chunk in sent.chunks(piece) {
                        if theirs.write_all(chunk).await.is_err() {
                            // The client has had enough.
                            return heard;
                        }
                        tokio::task::yield_now().await;
                    }
                    left -= sent.len();
                    if left == 0 {
                        break;
                    }
                }
                Hear => {
                    let mut header = [0; 4];
                    if theirs.read_exact(&mut header).await.is_err() {
                        break;
                    }
                    assert_eq!(header[3], sequence, "our packet's number");
                    sequence = sequence.wrapping_add(1);
                    let mut content = vec![0; packet::u24([header[0], header[1], header[2]])];
                    if theirs.read_exact(&mut content).await.is_err() {
                        break;
                    }
                    heard.push(content);
                }
            }
        }
        heard
    });
    let options = ConnectOptions::new("reader", Password::new("secret"));
    let connected = Connection::over(Box::new(ours), &endpoint(local), &options).await;
    (connected, server.await.unwrap())
}

fn fast() -> Vec<Turn> {
    vec![Say(greeting("caching_sha2_password")), Hear, Say(vec![1, 3]), Say(OK_PACKET.to_vec())]
}

fn full() -> Vec<Turn> {
    vec![Say(greeting("caching_sha2_password")), Hear, Say(vec![1, 4]), Hear, Say(OK_PACKET.to_vec())]
}

fn switched() -> Vec<Turn> {
    let native = "mysql_native_password";
    vec![Say(greeting("caching_sha2_password")), Hear, Say(switch_to(native)), Hear, Say(OK_PACKET.to_vec())]
}

#[tokio::test]
async fn a_login_is_the_same_however_its_bytes_arrive() {
    for piece in 1..90 {
        let (connected, heard) = play(fast(), false, piece, usize::MAX).await;
        assert_eq!(connected.unwrap().version().text, "8.4.0");
        assert!(heard[0].windows(7).any(|part| part == b"reader\0"));
        let (connected, heard) = play(full(), true, piece, usize::MAX).await;
        assert_eq!(connected.unwrap().id(), 7);
        assert_eq!(heard[1], b"secret\0", "over a Unix socket the password goes as it is");
        let (connected, heard) = play(switched(), false, piece, usize::MAX).await;
        assert!(connected.is_ok());
        assert_eq!(heard[1].len(), 20);
    }
}

#[tokio::test]
async fn a_login_that_ends_anywhere_is_an_error() {
    for turns in [fast, full, switched] {
        let said: usize =
            turns().iter().map(|turn| if let Say(content) = turn { content.len() + 4 } else { 0 }).sum();
        for end in 1..said {
            let (connected, _) = play(turns(), true, 1000, end).await;
            let Err(error) = connected else { panic!("logged in after {end} of {said} bytes") };
            assert_eq!(error.class(), becauselog_model::ErrorClass::Transient, "{end}: {error}");
        }
    }
}

#[tokio::test]
async fn over_plain_tcp_a_full_login_asks_for_the_key_first() {
    let (connected, heard) = play(full(), false, 1000, usize::MAX).await;
    assert!(connected.is_ok());
    assert_eq!(heard[1], [2]);
}

#[tokio::test]
async fn bytes_that_come_before_tls_are_refused() {
    let (ours, mut theirs) = duplex(1 << 16);
    let mut hello = greeting("caching_sha2_password");
    // Offers TLS.
    let at = hello.iter().position(|byte| *byte == 0xf7).unwrap();
    hello[at] = 0xff;
    let length = u32::try_from(hello.len()).unwrap().to_le_bytes();
    let injected = [1, 0, 0, 2, 0];
    theirs.write_all(&[&length[..3], &[0], &hello, &injected].concat()).await.unwrap();
    let mut options = ConnectOptions::new("reader", Password::new("secret"));
    options.tls.mode = Some(TlsMode::Required);
    let connected = Connection::over(Box::new(ours), &endpoint(false), &options).await;
    assert!(matches!(connected, Err(ConnectionError::Protocol { what: "plain bytes before TLS" })));
}

#[tokio::test]
async fn a_login_without_end_is_ended() {
    let mut turns = vec![Say(greeting("caching_sha2_password")), Hear];
    turns.extend((0..100).map(|_| Say(vec![1, 3])));
    let (connected, _) = play(turns, false, 1000, usize::MAX).await;
    assert!(matches!(connected, Err(ConnectionError::Protocol { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_bytes_make_a_login_panic(said in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 1..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut turns = vec![Say(greeting("caching_sha2_password"))];
            turns.extend(said.clone().into_iter().map(Say));
            drop(play(turns, false, 1000, usize::MAX).await);
            drop(play(said.into_iter().map(Say).collect(), false, 1000, usize::MAX).await);
        });
    }
}
