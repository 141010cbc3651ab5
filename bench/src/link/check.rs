//! Measures the link itself: the time of a connect, and of a request with its reply. A benchmark over a link with wrong
//! delays would be wrong as well.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::{Delay, FAR, Link, NEAR};

/// The first argument of a program that prints the times for some round trips.
pub(crate) const CHILD: &str = "link";

/// The round trips of the check, in milliseconds.
const ROUND_TRIPS: [u64; 3] = [10, 50, 100];

/// The number of connections for each round trip.
const CONNECTIONS: usize = 5;

/// The largest deviation from the round trip, as a part of it.
const TOLERANCE: f64 = 0.1;

/// The number of attempts to find the link precise.
const ATTEMPTS: usize = 5;

/// The times of one round trip, in seconds.
struct Times {
    connect: f64,
    reply: f64,
}

/// Returns an error if a connect or a reply over the link takes 10 % more or less than the round trip, at several
/// attempts, because other work of the machine can prolong one.
pub(crate) fn verify(link: &Link) -> Result<(), String> {
    ROUND_TRIPS.into_iter().map(Duration::from_millis).try_for_each(|round_trip| {
        let mut result = verify_once(link, round_trip);
        for _ in 1..ATTEMPTS {
            result = result.or_else(|_| verify_once(link, round_trip));
        }
        result
    })
}

fn verify_once(link: &Link, round_trip: Duration) -> Result<(), String> {
    let times = measure(link, round_trip).map_err(|error| format!("the link carries nothing: {error}"))?;
    let wrong = |time: f64| (time / round_trip.as_secs_f64() - 1.0).abs() > TOLERANCE;
    if wrong(times.connect) || wrong(times.reply) {
        let [connect, reply] = [times.connect, times.reply].map(|time| time * 1e3);
        return Err(format!(
            "the link is not precise: with a round trip of {round_trip:?}, a connect takes {connect:.1} ms and a reply {reply:.1} ms"
        ));
    }
    Ok(())
}

/// Prints a line for each round trip: its length and the times of a connect and of a reply, in milliseconds.
pub(crate) fn print() -> Result<(), String> {
    let link = Link::open().map_err(|error| error.to_string())?;
    for milliseconds in ROUND_TRIPS {
        let times = measure(&link, Duration::from_millis(milliseconds)).map_err(|error| error.to_string())?;
        println!("{milliseconds} {:.3} {:.3}", times.connect * 1e3, times.reply * 1e3);
    }
    Ok(())
}

fn measure(link: &Link, round_trip: Duration) -> io::Result<Times> {
    let listener = TcpListener::bind((NEAR, 0))?;
    let port = listener.local_addr()?.port();
    link.delay(port, Delay::RoundTrip(round_trip));
    let echo = thread::spawn(move || listener.incoming().take(CONNECTIONS).try_for_each(|one| echo_byte(one?)));
    let mut times = Vec::new();
    for _ in 0..CONNECTIONS {
        times.push(connect_and_ask(port)?);
    }
    echo.join().map_err(|_| io::Error::other("the echo panicked"))??;
    // The shortest time is that of the link; a machine with other work prolongs some.
    let shortest = |time: fn(&Times) -> f64| times.iter().map(time).fold(f64::INFINITY, f64::min);
    Ok(Times { connect: shortest(|one| one.connect), reply: shortest(|one| one.reply) })
}

fn connect_and_ask(port: u16) -> io::Result<Times> {
    let began = Instant::now();
    let mut connection = TcpStream::connect((FAR, port))?;
    let connect = began.elapsed().as_secs_f64();
    connection.set_nodelay(true)?;
    let asked = Instant::now();
    connection.write_all(b"?")?;
    connection.read_exact(&mut [0])?;
    Ok(Times { connect, reply: asked.elapsed().as_secs_f64() })
}

fn echo_byte(mut connection: TcpStream) -> io::Result<()> {
    let mut byte = [0];
    connection.read_exact(&mut byte)?;
    connection.write_all(&byte)
}
