//! Reads a command line.

use super::config::{CheckHashPycs, Config, Program};
use super::environment::{self, Variables};
use super::table::{Choice, Kind, OPTIONS, Print, Rest, Value};
use super::{Ending, help};

/// Reads the command line (the program's own name first) and the environment.
///
/// `variable` gives a variable's value; it is not asked with `-E` or `-I`. `locale_is_c` says whether
/// the C library takes its locale for characters to be C. `version` and `long_version` are what `-V` and `-VV`
/// print after "Python ".
///
/// # Errors
/// What to print and with which status to end, where there is nothing to run.
pub fn parse(
    arguments: &[Vec<u8>],
    variable: &dyn Fn(&str) -> Option<Vec<u8>>,
    locale_is_c: bool,
    version: &str,
    long_version: &str,
) -> Result<Config, Ending> {
    let program = String::from_utf8_lossy(arguments.first().map_or(b"taipan", Vec::as_slice)).into_owned();
    let mut reader = Reader { arguments, next: 1, program, config: Config::default(), warnings: Vec::new() };
    let (printing, run) = reader.options()?;
    if let Some((what, count)) = printing {
        return Err(Ending::printing(match what {
            Print::Version if count > 1 => format!("Python {long_version}\n"),
            Print::Version => format!("Python {version}\n"),
            what => help::text(what, &reader.program),
        }));
    }
    reader.program(run);
    let Reader { mut config, warnings, .. } = reader;
    if config.isolated {
        config.ignore_environment = true;
        config.no_user_site = true;
        config.safe_path = true;
    }
    let nothing = |_: &str| None;
    let use_environment = !config.ignore_environment;
    let variables = Variables::new(if use_environment { variable } else { &nothing }, locale_is_c);
    environment::finish(&mut config, &variables, warnings)?;
    Ok(config)
}

/// What is to be printed, and how often it was asked for.
type Printing = Option<(Print, usize)>;

struct Reader<'a> {
    arguments: &'a [Vec<u8>],
    next: usize,
    program: String,
    config: Config,
    /// The values of `-W`.
    warnings: Vec<Vec<u8>>,
}

impl<'a> Reader<'a> {
    /// Reads options until the program or the end. Errors come before what is to be printed, help before the version.
    fn options(&mut self) -> Result<(Printing, Option<(Rest, Vec<u8>)>), Ending> {
        let (mut helps, mut versions) = (None, 0);
        while let Some(argument) = self.arguments.get(self.next) {
            let letters = match argument.as_slice() {
                [b'-', b'-'] => {
                    self.next += 1;
                    break;
                }
                [b'-', b'-', long @ ..] => {
                    self.next += 1;
                    match self.long(long)? {
                        Some(Print::Version) => versions += 1,
                        Some(Print::Help) => helps = Some(Print::Help),
                        // These three print at once.
                        Some(what) => return Ok((Some((what, 1)), None)),
                        None => {}
                    }
                    continue;
                }
                [b'-', letters @ ..] if !letters.is_empty() => letters,
                _ => break,
            };
            self.next += 1;
            let mut position = 0;
            while let Some(&letter) = letters.get(position) {
                position += 1;
                let choice = OPTIONS.iter().find(|choice| choice.letter == Some(letter));
                match choice.map(|choice| choice.kind) {
                    Some(Kind::Flag(set)) => set(&mut self.config),
                    Some(Kind::Print(Print::Version)) => versions += 1,
                    Some(Kind::Print(what)) => helps = Some(what),
                    Some(Kind::Value(value)) => {
                        let text = self.value(letter, &letters[position..])?;
                        self.set(value, text, letter)?;
                        break;
                    }
                    Some(Kind::Rest(rest)) => {
                        let text = self.value(letter, &letters[position..])?;
                        return Ok((printing(helps, versions), Some((rest, text))));
                    }
                    Some(Kind::Allow(_) | Kind::Optional(_)) | None => {
                        return Err(self.usage_error(&format!("Unknown option: -{}", letter as char)));
                    }
                }
            }
        }
        Ok((printing(helps, versions), None))
    }

    /// One long option. Taipan's own take their value after `=` too.
    fn long(&mut self, text: &[u8]) -> Result<Option<Print>, Ending> {
        let (name, joined) = match text.iter().position(|&byte| byte == b'=') {
            Some(at) => (&text[..at], Some(text[at + 1..].to_vec())),
            None => (text, None),
        };
        let unknown = || format!("Unknown option: --{}", String::from_utf8_lossy(text));
        let choice = OPTIONS.iter().find(|choice| choice.long.is_some_and(|long| long.as_bytes() == name));
        let Some(Choice { kind, long: Some(long), .. }) = choice else {
            return Err(self.usage_error(&unknown()));
        };
        match (*kind, joined) {
            (Kind::Print(what), None) => Ok(Some(what)),
            (Kind::Flag(set), None) => {
                set(&mut self.config);
                Ok(None)
            }
            (Kind::Optional(set), value) => {
                set(&mut self.config, value);
                Ok(None)
            }
            (Kind::Allow(permission), list) => {
                let subjects =
                    list.map(|list| list.split(|&byte| byte == b',').map(<[u8]>::to_vec).collect());
                self.config.sandbox.get_or_insert_default().push((permission, subjects));
                Ok(None)
            }
            (Kind::Value(value @ (Value::Dump | Value::Stdlib | Value::ExplainLimit)), Some(text)) => {
                self.set(value, text, 0).map(|()| None)
            }
            (Kind::Value(value), None) => {
                let Some(text) = self.arguments.get(self.next).cloned() else {
                    return Err(self.usage_error(&format!("Argument expected for the --{long} options")));
                };
                self.next += 1;
                self.set(value, text, 0).map(|()| None)
            }
            _ => Err(self.usage_error(&unknown())),
        }
    }

    /// An option's value: the rest of its argument or the next argument.
    fn value(&mut self, letter: u8, rest: &[u8]) -> Result<Vec<u8>, Ending> {
        if !rest.is_empty() {
            return Ok(rest.to_vec());
        }
        let Some(text) = self.arguments.get(self.next).cloned() else {
            return Err(self.usage_error(&format!("Argument expected for the -{} option", letter as char)));
        };
        self.next += 1;
        Ok(text)
    }

    fn set(&mut self, value: Value, text: Vec<u8>, _letter: u8) -> Result<(), Ending> {
        match value {
            Value::Warning => self.warnings.push(text),
            Value::Extra => {
                let option = match text.iter().position(|&byte| byte == b'=') {
                    Some(at) => (text[..at].to_vec(), Some(text[at + 1..].to_vec())),
                    None => (text, None),
                };
                self.config.x_options.push(option);
            }
            Value::CheckHashPycs => {
                self.config.check_hash_pycs = match text.as_slice() {
                    b"always" => CheckHashPycs::Always,
                    b"never" => CheckHashPycs::Never,
                    b"default" => CheckHashPycs::Default,
                    _ => {
                        let reason = "--check-hash-based-pycs must be one of 'default', 'always', or 'never'";
                        return Err(self.usage_error(reason));
                    }
                };
            }
            Value::Dump => {
                let stages = String::from_utf8_lossy(&text).into_owned();
                self.config
                    .dump
                    .extend(stages.split(',').filter(|stage| !stage.is_empty()).map(str::to_owned));
            }
            Value::Stdlib => self.config.stdlib = Some(text),
            Value::ExplainLimit => match str::from_utf8(&text).ok().and_then(|text| text.parse().ok()) {
                Some(limit) => self.config.explain_limit = limit,
                None => return Err(self.usage_error("--explain-limit must be a number")),
            },
        }
        Ok(())
    }

    /// What is run, and with which arguments.
    fn program(&mut self, run: Option<(Rest, Vec<u8>)>) {
        let rest = self.arguments.get(self.next..).unwrap_or_default();
        let config = &mut self.config;
        config.original_arguments = self.arguments.to_vec();
        let first: Vec<u8>;
        (config.program, first, config.arguments) = match (run, rest.split_first()) {
            (Some((Rest::Command, mut text)), _) => {
                text.push(b'\n');
                (Program::Command(text), b"-c".to_vec(), rest.to_vec())
            }
            (Some((Rest::Module, name)), _) => (Program::Module(name), b"-m".to_vec(), rest.to_vec()),
            (None, Some((file, rest))) if file != b"-" => {
                (Program::File(file.clone()), file.clone(), rest.to_vec())
            }
            (None, Some((_, rest))) => (Program::Input, b"-".to_vec(), rest.to_vec()),
            (None, None) => (Program::Input, Vec::new(), Vec::new()),
        };
        config.arguments.insert(0, first);
    }

    fn usage_error(&self, reason: &str) -> Ending {
        let usage = help::usage_line(&self.program);
        Ending {
            output: String::new(),
            error: format!("{reason}\n{usage}Try `python -h' for more information.\n"),
            status: 2,
        }
    }
}

fn printing(helps: Option<Print>, versions: usize) -> Printing {
    helps.map(|what| (what, 1)).or((versions > 0).then_some((Print::Version, versions)))
}
