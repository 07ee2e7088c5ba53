//! Arguments and environments of new programs, and `posix_spawn`.

use taipan_host::process::{FileAction, SpawnAttributes};
use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, R, Tuple, Value, int, ops};

use super::path::{c_int, path};
use crate::support::{attempt, audit, fspath, path_bytes, raise_os};

/// The command line: a tuple or list of paths that is not empty. `execv` names its argument by number.
pub fn arguments(cx: &mut Cx, function: &str, argv: &Value) -> R<Vec<Vec<u8>>> {
    let what = if function == "execv" { "execv() arg 2".to_owned() } else { format!("{function}: argv") };
    let is_list = argv.cast::<taipan_types::list::List>().is_some();
    if !is_list && argv.cast::<Tuple>().is_none() {
        return Err(cx.type_error(format!("{what} must be a tuple or list")));
    }
    let mut found = Vec::new();
    for item in ops::collect(cx, argv)? {
        let item = fspath(cx, &item)?;
        found.push(path_bytes(cx, &item)?);
    }
    match found.first() {
        None => Err(cx.value_error(format!("{what} must not be empty"))),
        Some(first) if first.is_empty() => {
            Err(cx.value_error(format!("{what} first element cannot be empty")))
        }
        Some(_) => Ok(found),
    }
}

/// The environment as `NAME=value`.
pub fn environment(cx: &mut Cx, function: &str, env: &Value) -> R<Vec<Vec<u8>>> {
    if env.ty(cx).slots().getitem.is_none() || env.as_str().is_some() {
        return Err(cx.type_error(format!("{function}: environment must be a mapping object")));
    }
    let keys = ops::getattr_str(cx, env, "keys")?;
    let keys = ops::call(cx, &keys, &[])?;
    let mut found = Vec::new();
    for key in ops::collect(cx, &keys)? {
        let value = ops::getitem(cx, env, &key)?;
        let (key, value) = (fspath(cx, &key)?, fspath(cx, &value)?);
        let (mut line, value) = (path_bytes(cx, &key)?, path_bytes(cx, &value)?);
        if line.is_empty() || line.contains(&b'=') {
            return Err(cx.value_error("illegal environment variable name"));
        }
        line.push(b'=');
        line.extend_from_slice(&value);
        found.push(line);
    }
    Ok(found)
}

fn actions(cx: &mut Cx, list: Option<&Value>) -> R<Vec<FileAction>> {
    let Some(list) = list.filter(|l| !l.is_none()) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for item in ops::collect(cx, list)? {
        let Some(parts) = item.cast::<Tuple>().map(|t| t.items().to_vec()).filter(|p| !p.is_empty()) else {
            return Err(cx.type_error("Each file_actions element must be a non-empty tuple"));
        };
        let kind = c_int(cx, &parts[0])?;
        found.push(match (kind, &parts[1..]) {
            (0, [fd, file, flags, mode]) => {
                let file = path(cx, "posix_spawn: path", file)?;
                FileAction::Open(c_int(cx, fd)?, file.bytes, c_int(cx, flags)?, c_int(cx, mode)? as u32)
            }
            (1, [fd]) => FileAction::Close(c_int(cx, fd)?),
            (2, [from, to]) => FileAction::Dup2(c_int(cx, from)?, c_int(cx, to)?),
            (3, [from]) => FileAction::CloseFrom(c_int(cx, from)?),
            (0..=3, _) => {
                return Err(cx.type_error("A file_actions tuple has the wrong number of elements"));
            }
            _ => return Err(cx.type_error("Unknown file_actions identifier")),
        });
    }
    Ok(found)
}

fn signals(cx: &mut Cx, set: Option<&Value>) -> R<Option<Vec<i32>>> {
    let Some(set) = set.filter(|s| !s.is_none()) else { return Ok(None) };
    let mut found = Vec::new();
    for item in ops::collect(cx, set)? {
        match int::index_i64(cx, &item)? {
            n @ 1..=64 => found.push(n as i32),
            n => return Err(cx.value_error(format!("signal number {n} out of range [1; 64]"))),
        }
    }
    Ok(Some(found))
}

/// What `posix_spawn` takes by keyword.
struct Options<'a> {
    file_actions: Option<&'a Value>,
    setpgroup: Option<i32>,
    resetids: bool,
    setsid: bool,
    mask: Option<&'a Value>,
    defaults: Option<&'a Value>,
    scheduler: Option<&'a Value>,
}

fn start(
    cx: &mut Cx,
    given: &Value,
    argv: &Value,
    env: &Value,
    options: Options<'_>,
    search: bool,
) -> R<i64> {
    let function = if search { "posix_spawnp" } else { "posix_spawn" };
    let file = path(cx, &format!("{function}: path"), given)?;
    let arguments = arguments(cx, function, argv)?;
    let environment = if env.is_none() { None } else { Some(environment(cx, function, env)?) };
    let scheduler = match options.scheduler.filter(|s| !s.is_none()) {
        Some(value) => {
            let Some([policy, param]) = value.cast::<Tuple>().map(|t| t.items()) else {
                return Err(cx.type_error("A scheduler tuple must have two elements"));
            };
            let policy = if policy.is_none() { None } else { Some(c_int(cx, policy)?) };
            Some((policy, super::results::priority(cx, param)?))
        }
        None => None,
    };
    let attributes = SpawnAttributes {
        process_group: options.setpgroup,
        reset_identity: options.resetids,
        new_session: options.setsid,
        mask: signals(cx, options.mask)?,
        defaults: signals(cx, options.defaults)?,
        scheduler,
        search,
    };
    let actions = actions(cx, options.file_actions)?;
    audit(cx, "os.posix_spawn", &[given.clone(), argv.clone(), env.clone()])?;
    let result = attempt(cx, |host| {
        host.posix_spawn(&file.bytes, &arguments, environment.as_deref(), &actions, &attributes)
    })?;
    result.map(i64::from).map_err(|error| raise_os(cx, error, Some(&file.given), None))
}

/// Execute the program specified by path in a new process.
#[native(
    "posix.posix_spawn(path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None)",
    no_signature
)]
fn posix_spawn(
    cx: &mut Cx,
    path: &Value,
    argv: &Value,
    env: &Value,
    file_actions: Option<&Value>,
    setpgroup: Option<i32>,
    resetids: bool,
    setsid: bool,
    setsigmask: Option<&Value>,
    setsigdef: Option<&Value>,
    scheduler: Option<&Value>,
) -> R<i64> {
    let options = Options {
        file_actions,
        setpgroup,
        resetids,
        setsid,
        mask: setsigmask,
        defaults: setsigdef,
        scheduler,
    };
    start(cx, path, argv, env, options, false)
}

/// Execute the program specified by path in a new process, looking it up on the path.
#[native(
    "posix.posix_spawnp(path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None)",
    no_signature
)]
fn posix_spawnp(
    cx: &mut Cx,
    path: &Value,
    argv: &Value,
    env: &Value,
    file_actions: Option<&Value>,
    setpgroup: Option<i32>,
    resetids: bool,
    setsid: bool,
    setsigmask: Option<&Value>,
    setsigdef: Option<&Value>,
    scheduler: Option<&Value>,
) -> R<i64> {
    let options = Options {
        file_actions,
        setpgroup,
        resetids,
        setsid,
        mask: setsigmask,
        defaults: setsigdef,
        scheduler,
    };
    start(cx, path, argv, env, options, true)
}

pub static FUNCTIONS: &[&NativeDef] = natives![posix_spawn, posix_spawnp];
