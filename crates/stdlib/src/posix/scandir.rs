//! `os.scandir` and its entries.

use taipan_host::files::{CURRENT_DIRECTORY, Directory, DirectoryEntry, Fd, Stat, Target};
use taipan_macros::{native, natives};
use taipan_object::exc;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, MemberDef, NativeDef, Obj, Payload, R, Slots, Trace, Type, TypeDefs, Value, flags, ops,
};

use super::path::{Path, on_path, path_fd_none};
use super::results;
use crate::support::{attempt, audit, blocking, raise_os};

/// The payload of an `os.DirEntry`.
pub struct DirEntry {
    name: Value,
    path: Value,
    /// What the host is asked about: a path, or a name under a directory's descriptor.
    bytes: Vec<u8>,
    from: Fd,
    inode: u64,
    /// The kind that the directory states, 0 for unknown.
    kind: u8,
    stat: Option<Value>,
    link_stat: Option<Value>,
}

impl Trace for DirEntry {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.name);
        visit(&self.path);
        self.stat.trace(visit);
        self.link_stat.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend(self.stat.take());
        out.extend(self.link_stat.take());
    }
}

// SAFETY: the type cannot be subclassed; the values are traced.
unsafe impl Payload for DirEntry {
    const TYPE: &'static Obj<Type> = &DIR_ENTRY;
}

/// `os.DirEntry`.
pub static DIR_ENTRY: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<DirEntry>("posix.DirEntry")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots { repr: Some(repr), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![
                is_dir,
                is_file,
                is_symlink,
                is_junction,
                stat,
                inode,
                __fspath__,
                class_getitem
            ],
            members: MEMBERS,
            ..TypeDefs::NONE
        }),
);

static MEMBERS: &[MemberDef] = &[
    MemberDef {
        name: "name",
        doc: Some("the entry's base filename, relative to scandir() \"path\" argument"),
        get: |cx, this| Ok(this.cast::<DirEntry>().map_or_else(Value::none, |e| e.get(cx).name.clone())),
        set: None,
    },
    MemberDef {
        name: "path",
        doc: Some("the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)"),
        get: |cx, this| Ok(this.cast::<DirEntry>().map_or_else(Value::none, |e| e.get(cx).path.clone())),
        set: None,
    },
];

fn repr(cx: &mut Cx, this: &Value) -> R {
    let name = this.cast::<DirEntry>().map_or_else(Value::none, |e| e.get(cx).name.clone());
    let shown = ops::repr(cx, &name)?;
    let mut text = taipan_types::support::TextBuilder::default();
    text.push("<DirEntry ");
    text.push_str(&shown);
    text.push(">");
    Ok(text.finish(cx).into_value())
}

fn look(cx: &mut Cx, this: &Obj<DirEntry>, follow: bool) -> R<taipan_host::Result<Stat>> {
    let data = this.get(cx);
    let (bytes, from) = (data.bytes.clone(), data.from);
    attempt(cx, |host| host.stat(Target::Path { path: &bytes, from, follow }))
}

const DT_DIR: u8 = 4;
const DT_REG: u8 = 8;
const DT_LNK: u8 = 10;

/// Whether the entry is of a kind: by what the directory said, else by `stat`. What is not there is nothing.
fn is_kind(cx: &mut Cx, this: &Obj<DirEntry>, follow: bool, kind: u8, mode: u32) -> R<bool> {
    let known = this.get(cx).kind;
    let needs_stat = known == 0 || follow && known == DT_LNK;
    if !needs_stat {
        return Ok(known == kind);
    }
    let kept = if follow { this.get(cx).stat.clone() } else { this.get(cx).link_stat.clone() };
    let found = match kept {
        Some(stat) => {
            let st_mode = ops::getattr_str(cx, &stat, "st_mode")?;
            return Ok(st_mode.as_int().and_then(|i| i.to_i64()).unwrap_or(0) as u32 & libc::S_IFMT == mode);
        }
        None => look(cx, this, follow)?,
    };
    match found {
        Ok(stat) => {
            let value = results::stat(cx, &stat)?;
            keep(cx, this, follow, value);
            Ok(stat.mode & libc::S_IFMT == mode)
        }
        Err(error) if error.errno == libc::ENOENT => Ok(false),
        Err(error) => {
            let path = this.get(cx).path.clone();
            Err(raise_os(cx, error, Some(&path), None))
        }
    }
}

fn keep(cx: &mut Cx, this: &Obj<DirEntry>, follow: bool, value: Value) {
    let data = this.get_mut(cx);
    let old = if follow { data.stat.replace(value) } else { data.link_stat.replace(value) };
    drop(old);
}

/// Return True if the entry is a directory; cached per entry.
#[native("DirEntry.is_dir($self, /, *, follow_symlinks=True)")]
fn is_dir(cx: &mut Cx, this: &Obj<DirEntry>, follow_symlinks: bool) -> R<bool> {
    is_kind(cx, this, follow_symlinks, DT_DIR, libc::S_IFDIR)
}

/// Return True if the entry is a file; cached per entry.
#[native("DirEntry.is_file($self, /, *, follow_symlinks=True)")]
fn is_file(cx: &mut Cx, this: &Obj<DirEntry>, follow_symlinks: bool) -> R<bool> {
    is_kind(cx, this, follow_symlinks, DT_REG, libc::S_IFREG)
}

/// Return True if the entry is a symbolic link; cached per entry.
#[native("DirEntry.is_symlink($self, /)")]
fn is_symlink(cx: &mut Cx, this: &Obj<DirEntry>) -> R<bool> {
    is_kind(cx, this, false, DT_LNK, libc::S_IFLNK)
}

/// Return True if the entry is a junction; cached per entry.
#[native("DirEntry.is_junction($self, /)")]
fn is_junction(cx: &mut Cx, this: &Obj<DirEntry>) -> R<bool> {
    let _ = (cx, this);
    Ok(false)
}

/// Return stat_result object for the entry; cached per entry.
#[native("DirEntry.stat($self, /, *, follow_symlinks=True)")]
fn stat(cx: &mut Cx, this: &Obj<DirEntry>, follow_symlinks: bool) -> R {
    let follow = follow_symlinks && is_symlink(cx, this)?;
    let kept = if follow { this.get(cx).stat.clone() } else { this.get(cx).link_stat.clone() };
    if let Some(stat) = kept {
        return Ok(stat);
    }
    match look(cx, this, follow)? {
        Ok(stat) => {
            let value = results::stat(cx, &stat)?;
            keep(cx, this, follow, value.clone());
            Ok(value)
        }
        Err(error) => {
            let path = this.get(cx).path.clone();
            Err(raise_os(cx, error, Some(&path), None))
        }
    }
}

/// Return inode of the entry; cached per entry.
#[native("DirEntry.inode($self, /)")]
fn inode(cx: &mut Cx, this: &Obj<DirEntry>) -> R<usize> {
    Ok(this.get(cx).inode as usize)
}

/// Returns the path for the entry.
#[native("DirEntry.__fspath__($self, /)")]
fn __fspath__(cx: &mut Cx, this: &Obj<DirEntry>) -> R {
    Ok(this.get(cx).path.clone())
}

/// See PEP 585
#[native("DirEntry.__class_getitem__($type, item, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, item: &Value) -> R {
    taipan_types::support::class_getitem(cx, class, item)
}

/// The payload of the iterator that `scandir` gives.
pub struct ScandirIterator {
    directory: Option<Box<dyn Directory>>,
    path: Path,
}

impl Trace for ScandirIterator {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.path.given);
    }
    fn clear(&mut self, _out: &mut Vec<Value>) {}
}

// SAFETY: the type cannot be subclassed; the value is traced.
unsafe impl Payload for ScandirIterator {
    const TYPE: &'static Obj<Type> = &SCANDIR_ITERATOR;
}

/// `posix.ScandirIterator`.
pub static SCANDIR_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ScandirIterator>("posix.ScandirIterator")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots {
            iter: Some(|_, this| Ok(this.clone())),
            next: Some(next),
            finalize: Some(finalize),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { methods: natives![__enter__, __exit__, close], ..TypeDefs::NONE }),
);

fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast::<ScandirIterator>() else { return Ok(None) };
    let Some(mut directory) = iterator.get_mut(cx).directory.take() else { return Ok(None) };
    let found = blocking(cx, || directory.next());
    match found {
        Ok(Some(entry)) => {
            iterator.get_mut(cx).directory = Some(directory);
            Ok(Some(entry_value(cx, iterator, entry)))
        }
        Ok(None) => Ok(None),
        Err(error) => {
            let given = iterator.get(cx).path.given.clone();
            Err(raise_os(cx, error, Some(&given), None))
        }
    }
}

fn entry_value(cx: &mut Cx, iterator: &Obj<ScandirIterator>, entry: DirectoryEntry) -> Value {
    let path = &iterator.get(cx).path;
    let name = path.name(cx, &entry.name);
    let (full, bytes, from) = match path.fd {
        Some(fd) => (name.clone(), entry.name, fd),
        None => {
            let mut joined = path.bytes.clone();
            if joined.last().is_some_and(|b| *b != b'/') {
                joined.push(b'/');
            }
            joined.extend_from_slice(&entry.name);
            (path.name(cx, &joined), joined, CURRENT_DIRECTORY)
        }
    };
    let data = DirEntry {
        name,
        path: full,
        bytes,
        from,
        inode: entry.inode,
        kind: entry.kind,
        stat: None,
        link_stat: None,
    };
    cx.new_object(data).into_value()
}

fn finalize(cx: &mut Cx, this: &Value) -> R<()> {
    let Some(iterator) = this.cast::<ScandirIterator>() else { return Ok(()) };
    if iterator.get_mut(cx).directory.take().is_none() {
        return Ok(());
    }
    let shown = ops::repr(cx, this)?.to_string_lossy().into_owned();
    let message = format!("unclosed scandir iterator {shown}");
    taipan_vm::runtime::warn::warn_of(cx, &exc::RESOURCE_WARNING, &message, 1, this)
}

#[native("ScandirIterator.__enter__($self, /)", no_signature)]
fn __enter__(cx: &mut Cx, this: &Value) -> R {
    let _ = cx;
    Ok(this.clone())
}

#[native("ScandirIterator.__exit__($self, *args)", no_signature)]
fn __exit__(cx: &mut Cx, this: &Obj<ScandirIterator>, _args: Args<'_>) -> R<()> {
    close(cx, this)
}

#[native("ScandirIterator.close($self, /)", no_signature)]
fn close(cx: &mut Cx, this: &Obj<ScandirIterator>) -> R<()> {
    let old = this.get_mut(cx).directory.take();
    drop(old);
    Ok(())
}

/// Return an iterator of DirEntry objects for given path.
///
/// path can be specified as either str, bytes, or a path-like object.  If path
/// is bytes, the names of yielded DirEntry objects will also be bytes; in
/// all other circumstances they will be str.
///
/// If path is None, uses the path='.'.
#[native("posix.scandir(path=None)")]
fn scandir(cx: &mut Cx, path: Option<&Value>) -> R {
    let given = path.cloned().unwrap_or_else(Value::none);
    let path = path_fd_none(cx, "scandir: path", path)?;
    audit(cx, "os.scandir", &[given])?;
    let directory = on_path(cx, &path, |host| host.read_directory(path.target(CURRENT_DIRECTORY, true)))?;
    Ok(cx.new_object(ScandirIterator { directory: Some(directory), path }).into_value())
}

pub static FUNCTIONS: &[&NativeDef] = natives![scandir];
