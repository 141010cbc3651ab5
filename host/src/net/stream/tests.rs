//! The two ends that a peer can give to a connection inside TLS.

use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;
use crate::cancel::Cancellation;
use crate::net::route::Route;
use crate::net::tls::{TlsTerms, Versions};
use crate::request::security::Security;
use crate::request::trust::Trust;

/// Sends `abc` to the first client inside TLS, and ends the connection with or without close_notify.
fn serve(listener: &TcpListener, notify: bool) {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = config.with_single_cert(vec![cert.der().clone()], key).unwrap();
    let connection = ServerConnection::new(Arc::new(config)).unwrap();
    let mut server = StreamOwned::new(connection, listener.accept().unwrap().0);
    server.write_all(b"abc").unwrap();
    if notify {
        server.conn.send_close_notify();
    }
    server.flush().unwrap();
    server.sock.shutdown(std::net::Shutdown::Write).unwrap();
    // Bytes that were not read would reset the connection.
    let _ = io::copy(&mut server.sock, &mut io::sink());
}

#[test]
fn inside_tls_only_close_notify_is_an_orderly_end() {
    for notify in [true, false] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || serve(&listener, notify));
        let cancellation = Cancellation::default();
        let deadline = Deadline::new(Instant::now() + Duration::from_secs(10), &cancellation);
        let mut stream = Stream::plain(Socket::connect(address, &Route::default(), deadline).unwrap());
        let options = Security { trust: Trust::Anything, ..Security::default() };
        let client = TlsTerms::new("localhost", &options).unwrap().client(Versions::Safe).unwrap();
        stream.secure(client.connection().unwrap(), deadline).unwrap();
        let mut bytes = [0; 8];
        assert_eq!(stream.read(&mut bytes, deadline).unwrap(), 3);
        let end = stream.read(&mut bytes, deadline);
        assert!(matches!(end, Err(WaitError::Failed(error)) if error.kind() == io::ErrorKind::UnexpectedEof));
        assert_eq!(stream.has_ended_orderly(), notify);
        drop(stream);
        server.join().unwrap();
    }
}
