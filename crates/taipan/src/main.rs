//! The command `taipan`: reads the command line, and does what it asks for.

use std::io::{Read, Write};
use std::process::ExitCode;
use taipan::dump;
use taipan::options::{self, Config, Ending, Program};

/// What `-V` prints after "Python ".
const VERSION: &str = "3.14.7";
/// What `-VV` prints after it: `sys.version` in one line.
const LONG_VERSION: &str = concat!("3.14.7 (taipan ", env!("CARGO_PKG_VERSION"), ") [Rust]");

fn main() -> ExitCode {
    let host = taipan_host::system();
    let variable = |name: &str| host.variable(name.as_bytes());
    match options::parse(&host.arguments(), &variable, VERSION, LONG_VERSION) {
        Err(ending) => end(&ending),
        Ok(config) if !config.dump.is_empty() => print_stages(&config),
        Ok(_) => end(&failure("taipan: this build cannot run programs yet\n".to_owned())),
    }
}

fn end(ending: &Ending) -> ExitCode {
    let _ = std::io::stdout().write_all(ending.output.as_bytes());
    let _ = std::io::stderr().write_all(ending.error.as_bytes());
    ExitCode::from(u8::try_from(ending.status).unwrap_or(1))
}

fn failure(error: String) -> Ending {
    Ending { output: String::new(), error, status: 1 }
}

/// `--dump`: the program's stages instead of the program.
fn print_stages(config: &Config) -> ExitCode {
    let source = match &config.program {
        Program::Command(text) => Ok((text.clone(), "<string>".to_owned())),
        Program::File(path) => {
            let path = String::from_utf8_lossy(path).into_owned();
            std::fs::read(&path).map(|source| (source, path))
        }
        Program::Module(_) => Err(std::io::Error::other("--dump takes a file or -c")),
        Program::Input => {
            let mut source = Vec::new();
            std::io::stdin().read_to_end(&mut source).map(|_| (source, "<stdin>".to_owned()))
        }
    };
    let optimize = config.optimize.clamp(0, 2) as u8;
    let text = source
        .map_err(|error| error.to_string())
        .and_then(|(source, filename)| dump::dump(&config.dump, &source, &filename, optimize));
    match text {
        Ok(output) => end(&Ending { output, error: String::new(), status: 0 }),
        Err(error) => end(&failure(format!("{error}\n"))),
    }
}
