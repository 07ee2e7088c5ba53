//! Runs a program with a limit of time, and keeps what it printed.

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How a run ended, and what it printed.
pub struct Outcome {
    /// Standard output.
    pub output: Vec<u8>,
    /// Standard error.
    pub error: Vec<u8>,
    /// The exit status; the negated signal for a run that a signal ended.
    pub status: i32,
    /// Whether the limit of time ended it.
    pub timed_out: bool,
    /// How long it took.
    pub took: Duration,
}

/// Runs a command in a process group of its own, so that its children end with it.
///
/// Output beyond 64 MiB is thrown away: a run gone wild must not fill the memory.
pub fn run(command: &mut Command, input: &[u8], limit: Duration) -> std::io::Result<Outcome> {
    const MOST: u64 = 64 << 20;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let began = Instant::now();
    let mut child = command.spawn()?;
    let group = format!("-{}", child.id());
    let collect = |pipe: Option<Box<dyn Read + Send>>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut pipe) = pipe {
                let _ = pipe.by_ref().take(MOST).read_to_end(&mut bytes);
                let _ = std::io::copy(&mut pipe, &mut std::io::sink());
            }
            bytes
        })
    };
    let output = collect(child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>));
    let error = collect(child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>));
    if let Some(mut pipe) = child.stdin.take() {
        let input = input.to_vec();
        thread::spawn(move || pipe.write_all(&input));
    }
    let mut pause = Duration::from_micros(200);
    let mut timed_out = false;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if !timed_out && began.elapsed() > limit {
            timed_out = true;
            kill(&group);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    };
    let took = began.elapsed();
    // Children that outlive the program hold the pipes open.
    kill(&group);
    Ok(Outcome {
        output: output.join().unwrap_or_default(),
        error: error.join().unwrap_or_default(),
        status: status.code().unwrap_or_else(|| -status.signal().unwrap_or(0)),
        timed_out,
        took,
    })
}

fn kill(group: &str) {
    let _ = Command::new("kill")
        .args(["-KILL", "--", group])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}
