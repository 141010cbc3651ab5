//! The drawing on a terminal. One thread writes everything: lines that remain, and below them the lines of progress,
//! which it draws again every tenth of a second. Other threads only leave their lines and counts, so that a slow or
//! stopped terminal does not delay an upload.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ftp_uploader::enclose_thread;

use crate::output::progress::frame::{self, Size};
use crate::output::progress::tally::Tally;
use crate::output::stderr;
use crate::platform::terminal;

/// The time between two frames.
const INTERVAL: Duration = Duration::from_millis(100);

/// The longest wait for the last frame.
const LAST_FRAME_TIMEOUT: Duration = Duration::from_secs(2);

/// The most bytes of lines that wait for the terminal. Further lines are left out.
const MOST_WAITING: usize = 1 << 20;

/// The size of a terminal that does not know its own.
const USUAL_SIZE: Size = Size { columns: 80, rows: 24 };

/// To the first column; the cursor waits there, on the first line of progress.
const RETURN: &str = "\r";
/// Erases from the cursor to the end of the line (ECMA-48, EL).
const ERASE_LINE: &str = "\x1b[K";
/// Erases from the cursor to the end of the screen (ECMA-48, ED).
const ERASE_BELOW: &str = "\x1b[J";
/// Turns the wrapping of long lines off and on (DECAWM), for the case that a terminal has its own opinion of the width
/// of a character.
const NO_WRAP: &str = "\x1b[?7l";
const WRAP: &str = "\x1b[?7h";

/// True while lines of progress are on the screen.
static DRAWN: AtomicBool = AtomicBool::new(false);

/// Progress on the terminal of standard error.
#[derive(Default)]
pub struct Terminal {
    shared: Arc<Shared>,
    /// Ends when the drawing thread ends; `None` if there is no such thread.
    drawer: Mutex<Option<Receiver<()>>>,
}

/// The state that the drawing thread and the others share. Nobody writes to the terminal while the lock is held.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    tally: Tally,
    /// The lines that wait to be written, each with its line end.
    lines: String,
    /// The number of lines that were left out.
    left_out: usize,
    /// True while the drawing thread runs and takes lines.
    drawing: bool,
}

impl Terminal {
    /// Starts to draw, unless that has begun. Before that, and if the system allows no thread, lines are written at once.
    pub fn begin(&self) {
        self.draw_after(|| {});
    }

    /// Does the same before the process is confined: the drawing thread gives up its own rights first.
    pub fn begin_outside(&self) {
        self.draw_after(enclose_thread);
    }

    fn draw_after(&self, prepare: fn()) {
        let mut drawer = lock(&self.drawer);
        if drawer.is_some() {
            return;
        }
        let (shared, (end, ended)) = (Arc::clone(&self.shared), mpsc::channel());
        self.shared.lock().drawing = true;
        let drawing = thread::Builder::new().name("progress".into()).spawn(move || {
            prepare();
            Drawer::new(shared).run();
            drop(end);
        });
        match drawing {
            Ok(_) => *drawer = Some(ended),
            Err(_) => self.shared.lock().drawing = false,
        }
    }

    /// Gives access to the counts.
    pub fn with_tally<T>(&self, look: impl FnOnce(&mut Tally) -> T) -> T {
        look(&mut self.shared.lock().tally)
    }

    /// Writes a line that remains.
    pub fn write_line(&self, line: &str) {
        let mut state = self.shared.lock();
        if !state.drawing {
            drop(state);
            stderr::say(line);
        } else if state.lines.len() + line.len() > MOST_WAITING {
            state.left_out += 1;
        } else {
            state.lines.push_str(&stderr::with_time(line));
            state.lines.push('\n');
        }
    }

    /// Writes the lines that wait, and erases the lines of progress.
    pub fn finish(&self) {
        let Some(ended) = lock(&self.drawer).take() else { return };
        self.shared.lock().drawing = false;
        self.shared.ended.notify_all();
        // The sender is dropped when the thread ends. A thread that a terminal blocks is left behind.
        let _ = ended.recv_timeout(LAST_FRAME_TIMEOUT);
    }
}

impl Terminal {
    /// Calls `act` while nothing is drawn, because `act` uses the terminal itself.
    pub fn pause<T>(&self, act: impl FnOnce() -> T) -> T {
        let was_drawing = lock(&self.drawer).is_some();
        self.finish();
        let result = act();
        if was_drawing {
            self.begin();
        }
        result
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Erases the lines of progress, for a program that ends at once.
pub fn erase() {
    if DRAWN.load(Ordering::Relaxed) && stderr::is_ready() {
        stderr::write_text(&[RETURN, ERASE_BELOW].concat());
    }
}

/// The drawing thread.
struct Drawer {
    shared: Arc<Shared>,
    begun: Instant,
    /// The lines of progress on the screen.
    drawn: Vec<String>,
    /// The size of the terminal when they were drawn.
    size: Size,
}

impl Drawer {
    fn new(shared: Arc<Shared>) -> Self {
        Self { shared, begun: Instant::now(), drawn: Vec::new(), size: size() }
    }

    fn run(mut self) {
        while self.wait() {
            if stderr::is_ready() {
                self.draw();
            }
        }
        self.draw();
    }

    /// Waits until the next frame. Returns false if it is the last one.
    fn wait(&self) -> bool {
        let state = self.shared.lock();
        let state = self.shared.ended.wait_timeout_while(state, INTERVAL, |state| state.drawing);
        state.map_or_else(|poisoned| poisoned.into_inner().0.drawing, |(state, _)| state.drawing)
    }

    fn draw(&mut self) {
        // A terminal of another size may have moved or cut the lines, so that the same lines are drawn again.
        let size = size();
        let resized = std::mem::replace(&mut self.size, size) != size;
        let (lines, frame) = self.next_frame();
        if !lines.is_empty() || frame != self.drawn || resized {
            DRAWN.store(!frame.is_empty(), Ordering::Relaxed);
            stderr::write_text(&text(&lines, &frame));
            self.drawn = frame;
        }
    }

    /// Takes the lines that wait, and makes the lines of progress. The last frame has none.
    fn next_frame(&self) -> (String, Vec<String>) {
        let now = Instant::now();
        let mut state = self.shared.lock();
        let mut lines = std::mem::take(&mut state.lines);
        let left_out = std::mem::take(&mut state.left_out);
        if left_out > 0 {
            lines += &format!("Note: {left_out} lines were left out here, because the terminal was stopped.\n");
        }
        if !state.drawing {
            return (lines, Vec::new());
        }
        state.tally.sample(now);
        (lines, frame::lines(&state.tally, self.size, now, now - self.begun))
    }
}

/// The text that replaces the lines of progress by `lines`, which remain, and by `frame`. The cursor is on the first
/// line of progress before and after it: a terminal that breaks lines anew when it becomes narrower moves the cursor
/// along, so that all parts of the old lines are below the cursor.
fn text(lines: &str, frame: &[String]) -> String {
    let up = match frame.len() {
        0 | 1 => String::new(),
        count => format!("\x1b[{}A", count - 1),
    };
    let erase = if lines.is_empty() { "" } else { ERASE_BELOW };
    let frame = frame.join(&[ERASE_LINE, "\n"].concat());
    [RETURN, erase, lines, NO_WRAP, &frame, ERASE_BELOW, WRAP, RETURN, &up].concat()
}

/// The size of the terminal. It may change at any time.
fn size() -> Size {
    let known = terminal::size().filter(|(columns, rows)| *columns > 0 && *rows > 0);
    known.map_or(USUAL_SIZE, |(columns, rows)| Size { columns: columns.into(), rows: rows.into() })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
