//! A server in a process of its own, and whoever asks it over a connection that is kept open.
//!
//! Invariant: an answer is read whole before it counts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};

/// A server in a process of its own, killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts a process whose first line ends with the address it answers at.
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let out = child.stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let address = line.trim().rsplit('/').next().unwrap_or_default();
        let address = address.parse().with_context(|| format!("no address in {line:?}"))?;
        Ok(Self { child, address })
    }

    /// Starts a process that answers at an address.
    pub(crate) fn start_at(command: &mut Command, address: SocketAddr) -> anyhow::Result<Self> {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let server = Self { child, address };
        for _ in 0..100 {
            if TcpStream::connect(address).is_ok() {
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        anyhow::bail!("nothing answers at {address}")
    }

    pub(crate) fn memory(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kilobytes / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks for one page.
pub(crate) fn get(address: SocketAddr, path: &str) -> anyhow::Result<Vec<u8>> {
    let mut connection = Connection::open(address)?;
    connection.ask(path)?;
    Ok(connection.body)
}

/// A connection that is kept open.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    pub(crate) body: Vec<u8>,
    /// The cookies of the last answer.
    pub(crate) cookies: Vec<String>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let stream = BufReader::with_capacity(128 << 10, stream);
        Ok(Self { stream, body: Vec::new(), cookies: Vec::new() })
    }

    /// Asks for a page and reads all of it; returns its length.
    pub(crate) fn ask(&mut self, path: &str) -> anyhow::Result<usize> {
        let status = self.send(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))?;
        ensure!(status == 200, "{path} was answered with {status}");
        Ok(self.body.len())
    }

    /// Sends a request as it is and reads the answer to it; returns its status.
    pub(crate) fn send(&mut self, request: &str) -> anyhow::Result<u16> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no status in {line:?}"))?;
        let mut length = None;
        self.cookies.clear();
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            if line == "\r\n" {
                break;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok();
            }
            if name.eq_ignore_ascii_case("set-cookie") {
                self.cookies.extend(value.split(';').next().map(|cookie| cookie.trim().to_owned()));
            }
        }
        self.body.resize(length.context("no content-length")?, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok(status)
    }
}
