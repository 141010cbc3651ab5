//! A proxy in the process of the tests. It serves SOCKS5 and HTTP CONNECT on one port and records the requested
//! targets. It can require credentials, and misbehave on its first connections.
//!
//! `test_proxy_relay.rs` passes the bytes of an established connection.

use std::collections::VecDeque;
use std::io::{Read, Result, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64ct::{Base64, Encoding};

use crate::support::sockets::{WAIT_LIMIT, reset};
use crate::support::test_proxy_relay::pass;

/// The behaviour of the proxy on one connection.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// Serve the client.
    Serve,
    /// Serve the client, but delay the reply until the server's greeting has arrived, and send both in one piece.
    ServeTogether,
    /// Serve the client, and send the reply byte by byte.
    ServeInBytes,
    /// Serve the client until it has sent so many bytes. Then reset both connections.
    DieAfter(usize),
    /// Refuse the request with this SOCKS code or HTTP status.
    Refuse(u8, &'static str),
    /// Send these bytes after the client's first byte, and nothing more.
    Say(&'static [u8]),
    /// Send these bytes repeatedly, with a pause after each time.
    Repeat(&'static [u8], Duration),
    /// Close the connection after the client's first bytes.
    HangUp,
}

/// A proxy that accepts connections until the tests end.
pub(crate) struct TestProxy {
    /// The address of the proxy.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

/// The state that all connections share.
#[derive(Default)]
struct Shared {
    demand: Option<&'static str>,
    behaviours: Mutex<VecDeque<Behaviour>>,
    asked: Mutex<Vec<String>>,
    clients: Mutex<Vec<IpAddr>>,
    resets: AtomicUsize,
}

/// A name that only the proxy can resolve. It means 127.0.0.1.
pub(crate) const FAR_NAME: &str = "ftp.behind.proxy.invalid";

impl TestProxy {
    /// Starts a proxy that treats its first connections as `behaviours` say, in order, and serves all later ones.
    pub(crate) fn start(behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        Self::listen(behaviours, None)
    }

    /// Starts a proxy that requires the credentials `USER:PASSWORD`.
    pub(crate) fn demanding(auth: &'static str) -> Self {
        Self::listen([], Some(auth))
    }

    fn listen(behaviours: impl IntoIterator<Item = Behaviour>, demand: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let address = listener.local_addr().expect("a bound port");
        let behaviours = Mutex::new(behaviours.into_iter().collect());
        let shared = Arc::new(Shared { demand, behaviours, ..Shared::default() });
        let theirs = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = theirs.clone();
                let behaviour = shared.behaviours.lock().unwrap().pop_front().unwrap_or(Behaviour::Serve);
                shared.clients.lock().unwrap().push(client.peer_addr().unwrap().ip());
                // An error means that one side has left. The test makes its own claims about that.
                thread::spawn(move || shared.run(client, behaviour));
            }
        });
        Self { address, shared }
    }

    /// Returns the value for `--proxy`.
    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// Returns the requested targets, each with the form in which the host was given.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Returns the address from which each connection came.
    pub(crate) fn clients(&self) -> Vec<IpAddr> {
        self.shared.clients.lock().unwrap().clone()
    }

    /// Returns the number of connections that the client has reset.
    pub(crate) fn resets(&self) -> usize {
        self.shared.resets.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn run(&self, mut client: TcpStream, behaviour: Behaviour) -> Result<()> {
        client.set_read_timeout(Some(WAIT_LIMIT))?;
        let mut first = [0];
        client.read_exact(&mut first)?;
        match &behaviour {
            Behaviour::Say(words) => {
                client.write_all(words)?;
                return client.read_to_end(&mut Vec::new()).map(drop);
            }
            Behaviour::Repeat(words, pause) => loop {
                client.write_all(words)?;
                thread::sleep(*pause);
            },
            Behaviour::HangUp => {
                // Unread bytes would turn the close into a reset.
                let _ = client.read(&mut [0; 1000]);
                return Ok(());
            }
            _ => {}
        }
        let (target, yes, no) =
            if first == [5] { self.hear_socks(&mut client)? } else { self.hear_connect(&mut client)? };
        if let Behaviour::Refuse(code, status) = behaviour {
            return client.write_all(&no(code, status));
        }
        match TcpStream::connect(target) {
            Ok(server) => self.connect(client, server, &yes, &behaviour),
            Err(_) => client.write_all(&no(5, "502 Bad Gateway")),
        }
    }

    fn connect(&self, mut client: TcpStream, mut server: TcpStream, yes: &[u8], behaviour: &Behaviour) -> Result<()> {
        match behaviour {
            Behaviour::ServeTogether => {
                let mut words = [0; 1000];
                server.set_read_timeout(Some(Duration::from_millis(300)))?;
                let count = server.read(&mut words).unwrap_or_default();
                client.write_all(&[yes, &words[..count]].concat())?;
            }
            Behaviour::ServeInBytes => {
                client.set_nodelay(true)?;
                for byte in yes {
                    client.write_all(&[*byte])?;
                    thread::sleep(Duration::from_millis(2));
                }
            }
            _ => client.write_all(yes)?,
        }
        client.set_read_timeout(None)?;
        server.set_read_timeout(None)?;
        let limit = if let Behaviour::DieAfter(bytes) = behaviour { *bytes } else { usize::MAX };
        if pass(&client, &server, limit) {
            self.resets.fetch_add(1, Ordering::SeqCst);
            reset(server);
        }
        Ok(())
    }

    /// RFC 1928, RFC 1929.
    fn hear_socks(&self, client: &mut TcpStream) -> Result<Heard> {
        let methods = some(client)?;
        let wanted = if self.demand.is_some() { 2 } else { 0 };
        let method = if methods.contains(&wanted) { wanted } else { 0xff };
        client.write_all(&[5, method])?;
        if method == 2 {
            let _version = exactly(client, 1)?;
            let told = [some(client)?, some(client)?].join(&b':');
            let right = self.demand.is_some_and(|auth| auth.as_bytes() == told);
            client.write_all(&[1, u8::from(!right)])?;
        }
        let request = exactly(client, 4)?;
        let host = match request[3] {
            1 => Host::Address(IpAddr::from(<[u8; 4]>::try_from(exactly(client, 4)?).unwrap())),
            4 => Host::Address(IpAddr::from(<[u8; 16]>::try_from(exactly(client, 16)?).unwrap())),
            _ => Host::Name(String::from_utf8(some(client)?).unwrap()),
        };
        let port = u16::from_be_bytes(exactly(client, 2)?.try_into().unwrap());
        let target = self.record(&host, port);
        // Each form of a request gets a bound address of another type, so that the client must parse all of them.
        let yes = match host {
            Host::Address(IpAddr::V4(_)) => vec![5, 0, 0, 1, 127, 0, 0, 1, 0, 80],
            Host::Address(IpAddr::V6(_)) => [&[5, 0, 0, 4][..], &[0; 16], &[0, 80]].concat(),
            Host::Name(_) => [&[5, 0, 0, 3, 5][..], b"bound", &[0, 80]].concat(),
        };
        Ok((target, yes, |code, _| vec![5, code, 0, 1, 0, 0, 0, 0, 0, 0]))
    }

    /// RFC 9110 §9.3.6.
    fn hear_connect(&self, client: &mut TcpStream) -> Result<Heard> {
        let mut head = vec![b'C'];
        while !head.ends_with(b"\r\n\r\n") {
            head.extend(exactly(client, 1)?);
        }
        let head = String::from_utf8(head).unwrap();
        let (host, port) =
            head.split(' ').nth(1).and_then(|target| target.rsplit_once(':')).expect("a host and a port");
        let address = host.trim_matches(['[', ']']).parse();
        let host = address.map_or_else(|_| Host::Name(host.to_owned()), Host::Address);
        let target = self.record(&host, port.parse().unwrap());
        let told =
            |auth: &str| format!("\r\nProxy-Authorization: Basic {}\r\n", Base64::encode_string(auth.as_bytes()));
        if self.demand.is_some_and(|auth| !head.contains(&told(auth))) {
            client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")?;
            return Err(std::io::ErrorKind::PermissionDenied.into());
        }
        let yes =
            b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n";
        Ok((target, yes.to_vec(), |_, status| format!("HTTP/1.1 {status}\r\nServer: test\r\n\r\nNo.").into_bytes()))
    }

    fn record(&self, host: &Host, port: u16) -> SocketAddr {
        let (word, ip) = match host {
            Host::Address(ip) => (format!("address {ip}"), *ip),
            Host::Name(name) => {
                assert!([FAR_NAME, "localhost"].contains(&name.as_str()), "{name:?}");
                (format!("name {name}"), IpAddr::from([127, 0, 0, 1]))
            }
        };
        self.asked.lock().unwrap().push(format!("{word} {port}"));
        SocketAddr::new(ip, port)
    }
}

/// The target, the reply that accepts the request, and a function for the one that refuses it.
type Heard = (SocketAddr, Vec<u8>, fn(u8, &str) -> Vec<u8>);

enum Host {
    Address(IpAddr),
    Name(String),
}

fn exactly(client: &mut TcpStream, count: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    client.read_exact(&mut bytes).map(|()| bytes)
}

/// Reads a length byte and so many bytes.
fn some(client: &mut TcpStream) -> Result<Vec<u8>> {
    let count = exactly(client, 1)?[0];
    exactly(client, count.into())
}
