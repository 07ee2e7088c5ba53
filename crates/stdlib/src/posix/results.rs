//! The struct sequences that `posix` functions return. Each interpreter makes its own classes.

use taipan_host::files::{FileSystemStat, Stat, TimeSpec};
use taipan_host::process::{SystemName, WaitInfo};
use taipan_macros::native;
use taipan_object::{Cx, Handle, R, Tuple, Type, Value, int, names, ops};
use taipan_types::module::set;
use taipan_types::structseq::{self, Field, StructSeq};

use crate::support::fs_decode;

static STAT: StructSeq = StructSeq {
    name: "os.stat_result",
    doc: "stat_result: Result from stat, fstat, or lstat.\n\nThis object may be accessed either as a tuple of\n  (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\nor via the attributes st_mode, st_ino, st_dev, st_nlink, and so on.\n\nPosix/windows: If your platform supports st_blksize, st_blocks, st_rdev,\nor st_flags, they are available as attributes only.\n\nSee os.stat for more information.",
    fields: &[
        Field { name: "st_mode", doc: "protection bits" },
        Field { name: "st_ino", doc: "inode" },
        Field { name: "st_dev", doc: "device" },
        Field { name: "st_nlink", doc: "number of hard links" },
        Field { name: "st_uid", doc: "user ID of owner" },
        Field { name: "st_gid", doc: "group ID of owner" },
        Field { name: "st_size", doc: "total size, in bytes" },
        Field { name: "", doc: "" },
        Field { name: "", doc: "" },
        Field { name: "", doc: "" },
        Field { name: "st_atime", doc: "time of last access" },
        Field { name: "st_mtime", doc: "time of last modification" },
        Field { name: "st_ctime", doc: "time of last change" },
        Field { name: "st_atime_ns", doc: "time of last access in nanoseconds" },
        Field { name: "st_mtime_ns", doc: "time of last modification in nanoseconds" },
        Field { name: "st_ctime_ns", doc: "time of last change in nanoseconds" },
        Field { name: "st_blksize", doc: "blocksize for filesystem I/O" },
        Field { name: "st_blocks", doc: "number of blocks allocated" },
        Field { name: "st_rdev", doc: "device type (if inode device)" },
    ],
    visible: 10,
    instantiable: true,
};

static STATVFS: StructSeq = StructSeq {
    name: "os.statvfs_result",
    doc: "statvfs_result: Result from statvfs or fstatvfs.\n\nThis object may be accessed either as a tuple of\n  (bsize, frsize, blocks, bfree, bavail, files, ffree, favail, flag, namemax),\nor via the attributes f_bsize, f_frsize, f_blocks, f_bfree, and so on.\n\nSee os.statvfs for more information.",
    fields: &[
        Field { name: "f_bsize", doc: "" },
        Field { name: "f_frsize", doc: "" },
        Field { name: "f_blocks", doc: "" },
        Field { name: "f_bfree", doc: "" },
        Field { name: "f_bavail", doc: "" },
        Field { name: "f_files", doc: "" },
        Field { name: "f_ffree", doc: "" },
        Field { name: "f_favail", doc: "" },
        Field { name: "f_flag", doc: "" },
        Field { name: "f_namemax", doc: "" },
        Field { name: "f_fsid", doc: "" },
    ],
    visible: 10,
    instantiable: true,
};

static TERMINAL_SIZE: StructSeq = StructSeq {
    name: "os.terminal_size",
    doc: "A tuple of (columns, lines) for holding terminal window size",
    fields: &[
        Field { name: "columns", doc: "width of the terminal window in characters" },
        Field { name: "lines", doc: "height of the terminal window in characters" },
    ],
    visible: 2,
    instantiable: true,
};

static TIMES: StructSeq = StructSeq {
    name: "posix.times_result",
    doc: "times_result: Result from os.times().\n\nThis object may be accessed either as a tuple of\n  (user, system, children_user, children_system, elapsed),\nor via the attributes user, system, children_user, children_system,\nand elapsed.\n\nSee os.times for more information.",
    fields: &[
        Field { name: "user", doc: "user time" },
        Field { name: "system", doc: "system time" },
        Field { name: "children_user", doc: "user time of children" },
        Field { name: "children_system", doc: "system time of children" },
        Field { name: "elapsed", doc: "elapsed time since an arbitrary point in the past" },
    ],
    visible: 5,
    instantiable: true,
};

static UNAME: StructSeq = StructSeq {
    name: "posix.uname_result",
    doc: "uname_result: Result from os.uname().\n\nThis object may be accessed either as a tuple of\n  (sysname, nodename, release, version, machine),\nor via the attributes sysname, nodename, release, version, and machine.\n\nSee os.uname for more information.",
    fields: &[
        Field { name: "sysname", doc: "operating system name" },
        Field { name: "nodename", doc: "name of machine on network (implementation-defined)" },
        Field { name: "release", doc: "operating system release" },
        Field { name: "version", doc: "operating system version" },
        Field { name: "machine", doc: "hardware identifier" },
    ],
    visible: 5,
    instantiable: true,
};

static WAITID: StructSeq = StructSeq {
    name: "posix.waitid_result",
    doc: "waitid_result: Result from waitid.\n\nThis object may be accessed either as a tuple of\n  (si_pid, si_uid, si_signo, si_status, si_code),\nor via the attributes si_pid, si_uid, and so on.\n\nSee os.waitid for more information.",
    fields: &[
        Field { name: "si_pid", doc: "" },
        Field { name: "si_uid", doc: "" },
        Field { name: "si_signo", doc: "" },
        Field { name: "si_status", doc: "" },
        Field { name: "si_code", doc: "" },
    ],
    visible: 5,
    instantiable: true,
};

static SCHED_PARAM: StructSeq = StructSeq {
    name: "posix.sched_param",
    doc: "Currently has only one field: sched_priority\n\n  sched_priority\n    A scheduling parameter.",
    fields: &[Field { name: "sched_priority", doc: "the scheduling priority" }],
    visible: 1,
    instantiable: true,
};

/// The classes of one interpreter, in the order of [`DECLARED`].
#[derive(Default)]
struct Classes(Vec<Handle<Type>>);

/// The classes under their names in the module.
static DECLARED: &[(&str, &StructSeq)] = &[
    ("stat_result", &STAT),
    ("statvfs_result", &STATVFS),
    ("terminal_size", &TERMINAL_SIZE),
    ("times_result", &TIMES),
    ("uname_result", &UNAME),
    ("waitid_result", &WAITID),
    ("sched_param", &SCHED_PARAM),
];

/// Makes the classes and enters them into the module.
pub fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let mut made = Vec::new();
    for (name, declared) in DECLARED {
        let class = structseq::new_type(cx, declared)?;
        if std::ptr::eq(*declared, &SCHED_PARAM) {
            let construct = cx.native_function(&new_sched_param__def, None);
            let make_static = cx.interp().runtime.static_method;
            let construct = make_static(cx, construct)?;
            ops::setattr(cx, class.as_value(), &names::__new__, &construct)?;
        }
        set(cx, module, name, class.as_value().clone())?;
        made.push(class);
    }
    let old = std::mem::replace(&mut cx.interp_mut().state::<Classes>().0, made);
    drop(old);
    Ok(())
}

fn class(cx: &mut Cx, declared: &'static StructSeq) -> R<Handle<Type>> {
    let i = DECLARED.iter().position(|(_, d)| std::ptr::eq(*d, declared)).unwrap_or(0);
    match cx.interp_mut().state::<Classes>().0.get(i) {
        Some(class) => Ok(class.clone()),
        None => structseq::new_type(cx, declared),
    }
}

fn make(cx: &mut Cx, declared: &'static StructSeq, values: Vec<Value>) -> R {
    let class = class(cx, declared)?;
    structseq::new(cx, &class, values)
}

fn nanoseconds(cx: &Cx, time: TimeSpec) -> Value {
    let total = time.as_nanoseconds();
    match i64::try_from(total) {
        Ok(n) => cx.int(n),
        Err(_) => cx.int_from_big(total.into()),
    }
}

/// `os.sched_param(sched_priority)` takes the priority itself.
#[native("sched_param.__new__(cls, sched_priority)", no_signature)]
fn new_sched_param(cx: &mut Cx, class: &Value, sched_priority: &Value) -> R {
    match class.as_type() {
        Some(class) => structseq::new(cx, class, vec![sched_priority.clone()]),
        None => Err(cx.type_error("cls must be a type")),
    }
}

/// `os.stat_result`.
pub fn stat(cx: &mut Cx, stat: &Stat) -> R {
    let mut values = vec![
        cx.int(stat.mode.into()),
        cx.int_from_u64(stat.inode),
        cx.int_from_u64(stat.device),
        cx.int_from_u64(stat.links),
        cx.int(stat.user.into()),
        cx.int(stat.group.into()),
        cx.int(stat.size),
    ];
    let times = [stat.accessed, stat.modified, stat.changed];
    values.extend(times.map(|t| cx.int(t.seconds)));
    values.extend(times.map(|t| cx.float(t.seconds as f64 + 1e-9 * t.nanoseconds as f64)));
    values.extend(times.map(|t| nanoseconds(cx, t)));
    values.extend([cx.int(stat.block_size), cx.int(stat.blocks), cx.int_from_u64(stat.special_device)]);
    make(cx, &STAT, values)
}

/// `os.statvfs_result`.
pub fn statvfs(cx: &mut Cx, s: &FileSystemStat) -> R {
    let numbers = [
        s.block_size,
        s.fragment_size,
        s.blocks,
        s.free,
        s.available,
        s.files,
        s.free_files,
        s.available_files,
        s.flags,
        s.name_max,
        s.identifier,
    ];
    let values = numbers.iter().map(|n| cx.int_from_u64(*n)).collect();
    make(cx, &STATVFS, values)
}

/// `os.terminal_size`.
pub fn terminal_size(cx: &mut Cx, columns: u16, lines: u16) -> R {
    let values = vec![cx.int(columns.into()), cx.int(lines.into())];
    make(cx, &TERMINAL_SIZE, values)
}

/// `os.times()`.
pub fn times(cx: &mut Cx) -> R {
    let own = crate::support::sys(cx, |host| host.usage(libc::RUSAGE_SELF))?;
    let children = crate::support::sys(cx, |host| host.usage(libc::RUSAGE_CHILDREN))?;
    let elapsed = crate::support::sys(cx, |host| host.clock(libc::CLOCK_MONOTONIC))?;
    // Ticks of a hundredth of a second, as times(2) counts.
    let ticks = |t: TimeSpec| (t.as_nanoseconds() / 10_000_000) as f64 / 100.0;
    let values = vec![
        cx.float(ticks(own.user_time)),
        cx.float(ticks(own.system_time)),
        cx.float(ticks(children.user_time)),
        cx.float(ticks(children.system_time)),
        cx.float(ticks(elapsed)),
    ];
    make(cx, &TIMES, values)
}

/// `os.uname_result`.
pub fn uname(cx: &mut Cx, name: &SystemName) -> R {
    let parts = [&name.system, &name.node, &name.release, &name.version, &name.machine];
    let values = parts.iter().map(|p| fs_decode(cx, p)).collect();
    make(cx, &UNAME, values)
}

/// `os.waitid_result`.
pub fn waitid(cx: &mut Cx, info: &WaitInfo) -> R {
    let values = vec![
        cx.int(info.pid.into()),
        cx.int(info.user.into()),
        cx.int(info.signal.into()),
        cx.int(info.status.into()),
        cx.int(info.code.into()),
    ];
    make(cx, &WAITID, values)
}

/// `os.sched_param`.
pub fn sched_param(cx: &mut Cx, priority: i32) -> R {
    let values = vec![cx.int(priority.into())];
    make(cx, &SCHED_PARAM, values)
}

/// The priority in a `sched_param`.
pub fn priority(cx: &mut Cx, param: &Value) -> R<i32> {
    let expected = class(cx, &SCHED_PARAM)?;
    if !param.is_instance(&expected) {
        return Err(cx.type_error("must have a sched_param object"));
    }
    let item = param.cast::<Tuple>().and_then(|t| t.items().first().cloned()).unwrap_or_else(Value::none);
    let priority = int::index_i64(cx, &item)?;
    i32::try_from(priority).map_err(|_| cx.overflow_error("sched_priority out of range"))
}
