//! The way to the server's data ports: always to the machine of the control connection, by the same route and proxy.

use std::io;

use crate::cancel::WaitError;
use crate::net::proxy::Tunnel;
use crate::net::route::Route;
use crate::net::socket::{Listener, Socket};
use crate::net::stream::Stream;
use crate::net::wait::Deadline;
use crate::report::proxy_problem::ProxyProblem;
use crate::request::network::Network;
use crate::sandbox::call_budget::CallBudget;
use crate::sandbox::call_error::CallError;

/// The lowest port of a data connection. A server that names a lower one could want us to connect to another service.
pub(crate) const FIRST_DATA_PORT: u16 = 1024;

/// Opens data connections.
pub(crate) struct DataPath {
    route: Route,
    /// The proxy of the control connection, which the data connections go through, too.
    tunnel: Option<Tunnel>,
    /// The reason why the proxy gave no data connection when it was last asked for one.
    proxy_problem: Option<ProxyProblem>,
    /// True if the server may connect to us.
    active: bool,
}

impl DataPath {
    /// Returns the way that the control connection takes.
    pub(super) fn new(network: &Network, tunnel: Option<Tunnel>) -> Self {
        Self { route: Route::of(network), tunnel, proxy_problem: None, active: network.active }
    }

    /// Returns true if connections go through a proxy.
    pub(crate) fn has_proxy(&self) -> bool {
        self.tunnel.is_some()
    }

    /// Connects to `port` of the machine at the other end of `control`.
    pub(crate) fn connect(
        &mut self,
        port: u16,
        control: Option<&Stream>,
        budget: &mut CallBudget,
        deadline: Deadline<'_>,
    ) -> Result<Socket, CallError> {
        if port < FIRST_DATA_PORT || !budget.take_connection() {
            return Err(CallError::Denied);
        }
        self.proxy_problem = None;
        let control = control.ok_or(CallError::Denied)?;
        match &self.tunnel {
            None => {
                let mut address = control.peer();
                address.set_port(port);
                Ok(Socket::connect(address, &self.route, deadline)?)
            }
            Some(tunnel) => match tunnel.open(port, &self.route, deadline) {
                Err(WaitError::Failed(error)) => {
                    let kind = error.kind();
                    self.proxy_problem = Some(ProxyProblem::found_in(error));
                    Err(io::Error::from(kind).into())
                }
                opened => Ok(opened?),
            },
        }
    }

    /// Opens a port on the local address of `control`.
    pub(crate) fn listen(
        &self,
        control: Option<&Stream>,
        budget: &mut CallBudget,
        backlog: usize,
    ) -> Result<Listener, CallError> {
        let control = control.ok_or(CallError::Denied)?;
        if !self.active || !budget.take_connection() {
            return Err(CallError::Denied);
        }
        let mut address = control.socket().tcp().local_addr()?;
        address.set_port(0);
        Ok(Listener::open(address, &self.route, backlog)?)
    }

    /// Returns the proxy and the reason why it gave no data connection, the first time after that failure.
    pub(crate) fn take_proxy_problem(&mut self) -> Option<(String, ProxyProblem)> {
        let proxy = self.tunnel.as_ref()?.proxy().to_string();
        self.proxy_problem.take().map(|problem| (proxy, problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::Cancellation;
    use crate::platform::for_tests::forbid_connecting;
    use crate::sandbox::bindings::ftp_uploader::upload::capabilities::IoError;
    use crate::sandbox::call_error::answer;
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    fn told_after_connecting(port: u16, control: &Stream) -> IoError {
        let cancellation = Cancellation::default();
        let deadline = Deadline::new(Instant::now() + Duration::from_secs(10), &cancellation);
        let mut data_path = DataPath::new(&Network::default(), None);
        let connected = data_path.connect(port, Some(control), &mut CallBudget::default(), deadline);
        answer(connected).unwrap().expect_err("a connection")
    }

    #[test]
    fn a_port_that_the_system_forbids_is_unreachable_and_one_that_the_contract_forbids_is_denied() {
        let test = || {
            let server = TcpListener::bind("127.0.0.1:0").unwrap();
            let cancellation = Cancellation::default();
            let deadline = Deadline::new(Instant::now() + Duration::from_secs(10), &cancellation);
            let address = server.local_addr().unwrap();
            let control = Stream::plain(Socket::connect(address, &Route::default(), deadline).unwrap());
            assert_eq!(told_after_connecting(FIRST_DATA_PORT - 1, &control), IoError::Denied);
            if forbid_connecting() {
                assert_eq!(told_after_connecting(address.port(), &control), IoError::Unreachable);
            }
        };
        // The restriction holds for the rest of the thread's life.
        std::thread::spawn(test).join().unwrap();
    }
}
