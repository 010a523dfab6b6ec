//! A server for a test, of the real binary, with a machine's token.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::place::Place;

/// A server that runs until it is dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) url: String,
    pub(crate) token: String,
}

impl Served {
    /// Serves the data of a place, and makes a token of a coordinator.
    pub(crate) fn begin(place: &Place) -> Self {
        let token = token(place, "coordinator");
        Self::with(place, token)
    }

    /// Serves with a token that was made.
    pub(crate) fn with(place: &Place, token: String) -> Self {
        Self::listening(place, token, "--listen 127.0.0.1:0")
    }

    /// Serves as localhost, by TLS, with a certificate in the place's folder.
    pub(crate) fn by_tls(place: &Place, token: String) -> Self {
        // Its name holds its port, so that has to be known before it listens.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let tls = "--tls-certificate server.pem --tls-key server.key";
        let listen = format!("--listen 127.0.0.1:{port} --origin https://localhost:{port} {tls}");
        Self::listening(place, token, &listen)
    }

    fn listening(place: &Place, token: String, how: &str) -> Self {
        let mut command = place.command(&format!("serve --json {how}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let url = said["origin"].as_str().unwrap().to_owned();
        Self { child, url, token }
    }

    /// Stops it at once, as a machine does that goes away.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a machine's account and a token of it.
pub(crate) fn token(place: &Place, role: &str) -> String {
    place.run(&format!("people add-machine {role} --role {role}")).succeeds();
    let made =
        place.run(&format!("token create --for {role} --name tests --role {role} --days 2")).succeeds();
    made.out.trim().to_owned()
}
