//! `sys.prefix`, `sys.path`: where things are.
//!
//! Without a library on disk, the prefix is the folder above the one of the program (or PYTHONHOME), and the standard library
//! seems to lie in `{prefix}/lib/python3.14`; its modules come from the frozen library.

use taipan_object::Cx;

use super::{files, settings};

/// What `sys` shows.
#[derive(Clone, Default)]
pub struct Paths {
    pub prefix: Vec<u8>,
    pub base_prefix: Vec<u8>,
    /// The standard library's folder.
    pub stdlib: Vec<u8>,
    pub executable: Vec<u8>,
    pub base_executable: Vec<u8>,
    /// `sys.path` without the program's own folder.
    pub search: Vec<Vec<u8>>,
    made: bool,
}

const VERSION_FOLDER: &[u8] = b"python3.14";

fn parent(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|b| *b == b'/') {
        Some(0) => b"/",
        Some(i) => path.get(..i).unwrap_or_default(),
        None => b"",
    }
}

/// A folder and a name in it.
pub fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = folder.to_vec();
    if !path.ends_with(b"/") && !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// The `home` line of a `pyvenv.cfg`.
fn venv_home(text: &[u8]) -> Option<Vec<u8>> {
    String::from_utf8_lossy(text).lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim().eq_ignore_ascii_case("home")).then(|| value.trim().as_bytes().to_vec())
    })
}

/// The paths of the interpreter, worked out at the first call.
pub fn paths(cx: &mut Cx) -> Paths {
    let known = cx.interp_mut().state::<Paths>().clone();
    if known.made {
        return known;
    }
    let made = compute(cx);
    *cx.interp_mut().state::<Paths>() = made.clone();
    made
}

fn compute(cx: &mut Cx) -> Paths {
    let settings = settings::settings(cx);
    let host = &settings.host;
    let executable = settings.executable.clone();
    let folder = parent(&executable).to_vec();
    let library = settings.platlibdir.clone().unwrap_or_else(|| b"lib".to_vec());
    let below = |prefix: &[u8]| join(&join(prefix, &library), VERSION_FOLDER);
    let config = [join(&folder, b"pyvenv.cfg"), join(parent(&folder), b"pyvenv.cfg")]
        .into_iter()
        .find_map(|path| Some((parent(&path).to_vec(), files::read_all(host, &path).ok()?)));
    let mut venv = None;
    let mut base_executable = executable.clone();
    let mut home = folder.clone();
    if let Some((place, text)) = config
        && let Some(found) = venv_home(&text)
    {
        let name = executable.rsplit(|b| *b == b'/').next().unwrap_or_default().to_vec();
        base_executable = join(&found, &name);
        home = found;
        venv = Some(place);
    }
    let base_prefix = match &settings.home {
        Some(home) => home.split(|b| *b == b':').next().unwrap_or_default().to_vec(),
        None if home.is_empty() => b"/usr/local".to_vec(),
        None => parent(&home).to_vec(),
    };
    let stdlib = match &settings.stdlib {
        Some(folder) => absolute(cx, folder),
        None => below(&base_prefix),
    };
    let prefix = venv.unwrap_or_else(|| base_prefix.clone());
    let mut search = settings.path.clone();
    search.push(join(&join(&base_prefix, &library), b"python314.zip"));
    search.push(stdlib.clone());
    search.push(join(&stdlib, b"lib-dynload"));
    Paths { prefix, base_prefix, stdlib, executable, base_executable, search, made: true }
}

/// An absolute path, without asking what is there.
pub fn absolute(cx: &mut Cx, path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        return path.to_vec();
    }
    match settings::host(cx).getcwd() {
        Ok(folder) => join(&folder, path),
        Err(_) => path.to_vec(),
    }
}
