//! What `init` asks at a terminal, and that nothing is written before the last answer.

use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::place::{On, Place};

/// A command at a terminal of its own, which `script` makes.
struct Terminal {
    child: Child,
    shown: Arc<Mutex<Vec<u8>>>,
    /// Up to where the screen was waited for.
    seen: usize,
}

impl Terminal {
    fn begin(place: &Place, line: &str) -> Self {
        let line = format!("{} {line}", env!("CARGO_BIN_EXE_seaworthy"));
        let mut command = place.command("");
        command = {
            let mut script = std::process::Command::new("script");
            script.args(["-qec", &line, "/dev/null"]).current_dir(place.path());
            script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
            script
        };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let shown = Arc::new(Mutex::new(Vec::new()));
        let into = shown.clone();
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(read @ 1..) = out.read(&mut piece) {
                into.lock().unwrap().extend_from_slice(&piece[..read]);
            }
        });
        Self { child, shown, seen: 0 }
    }

    /// Waits until something is shown, and answers.
    #[track_caller]
    fn at(&mut self, shown: &str, keys: &str) {
        let begin = Instant::now();
        loop {
            let screen = self.shown.lock().unwrap().clone();
            let new = String::from_utf8_lossy(&screen[self.seen..]).into_owned();
            if new.contains(shown) {
                self.seen = screen.len();
                break;
            }
            assert!(begin.elapsed() < Duration::from_secs(20), "no {shown:?} in {new}");
            std::thread::sleep(Duration::from_millis(10));
        }
        self.child.stdin.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    fn ends_with(mut self) -> i32 {
        let code = self.child.wait().unwrap().code().unwrap();
        drop(self.child.stdin.take());
        code
    }
}

#[test]
fn what_was_answered_is_in_the_file_and_applies() {
    let place = Place::empty(On::Sqlite);
    let mut terminal = Terminal::begin(&place, "init");
    terminal.at("What is the product called?", "Tide Watch\r");
    // Without iOS, which the cursor is on, and with what comes after Android.
    terminal.at("space chooses, Enter goes on", " \x1b[B\x1b[B \r");
    terminal.at("In which time zone", "Mars\r");
    terminal.at("There is no such zone", "\x7f\x7f\x7f\x7fEurope/Berlin\r");
    terminal.at("Which version", "4.2.0\r");
    terminal.at("your own criteria", "\r");
    terminal.at("Write seaworthy.toml?", "\r");
    assert_eq!(terminal.ends_with(), 0);
    let file = std::fs::read_to_string(place.path().join("seaworthy.toml")).unwrap();
    for part in [
        "name = \"Tide Watch\"",
        "\"Europe/Berlin\"",
        "\n# [tracks.ios]",
        "\n[tracks.android]",
        "\n[tracks.watchos]",
    ] {
        assert!(file.contains(part), "no {part:?} in\n{file}");
    }
    place.run("apply").succeeds().says("plan release 4.2 of version 4.2.0");
}

#[test]
fn who_gives_up_has_written_nothing() {
    for keys in ["\x03", "\x1b", "n\r"] {
        let place = Place::empty(On::Sqlite);
        let mut terminal = Terminal::begin(&place, "init");
        for shown in ["called?", "platforms", "time zone", "version", "build ready?"] {
            terminal.at(shown, "\r");
        }
        terminal.at("Write seaworthy.toml?", keys);
        assert_eq!(terminal.ends_with(), 65, "{keys:?}");
        assert!(!place.path().join("seaworthy.toml").exists(), "{keys:?}");
    }
}
