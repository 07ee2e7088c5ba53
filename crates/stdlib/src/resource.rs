//! `resource`: limits and usage of the process.

use taipan_host::process::Usage;
use taipan_macros::{native, natives};
use taipan_object::{Cx, Handle, R, Tuple, Type, Value, exc, int};
use taipan_types::module::{ModuleDef, set};
use taipan_types::structseq::{self, Field, StructSeq};

use crate::support::{attempt, audit, raise_os, sys};

static RUSAGE: StructSeq = StructSeq {
    name: "resource.struct_rusage",
    doc: "struct_rusage: Result from getrusage.\n\nThis object may be accessed either as a tuple of\n    (utime,stime,maxrss,ixrss,idrss,isrss,minflt,majflt,\n    nswap,inblock,oublock,msgsnd,msgrcv,nsignals,nvcsw,nivcsw)\nor via the attributes ru_utime, ru_stime, ru_maxrss, and so on.",
    fields: &[
        Field { name: "ru_utime", doc: "user time used" },
        Field { name: "ru_stime", doc: "system time used" },
        Field { name: "ru_maxrss", doc: "max. resident set size" },
        Field { name: "ru_ixrss", doc: "shared memory size" },
        Field { name: "ru_idrss", doc: "unshared data size" },
        Field { name: "ru_isrss", doc: "unshared stack size" },
        Field { name: "ru_minflt", doc: "page faults not requiring I/O" },
        Field { name: "ru_majflt", doc: "page faults requiring I/O" },
        Field { name: "ru_nswap", doc: "number of swap outs" },
        Field { name: "ru_inblock", doc: "block input operations" },
        Field { name: "ru_oublock", doc: "block output operations" },
        Field { name: "ru_msgsnd", doc: "IPC messages sent" },
        Field { name: "ru_msgrcv", doc: "IPC messages received" },
        Field { name: "ru_nsignals", doc: "signals received" },
        Field { name: "ru_nvcsw", doc: "voluntary context switches" },
        Field { name: "ru_nivcsw", doc: "involuntary context switches" },
    ],
    visible: 16,
    instantiable: true,
};

#[derive(Default)]
struct Class(Option<Handle<Type>>);

fn class(cx: &mut Cx) -> R<Handle<Type>> {
    if let Some(class) = &cx.interp_mut().state::<Class>().0 {
        return Ok(class.clone());
    }
    let class = structseq::new_type(cx, &RUSAGE)?;
    cx.interp_mut().state::<Class>().0 = Some(class.clone());
    Ok(class)
}

/// `resource.struct_rusage`.
pub fn usage_value(cx: &mut Cx, usage: &Usage) -> R {
    let class = class(cx)?;
    let mut values: Vec<Value> = [usage.user_time, usage.system_time]
        .iter()
        .map(|t| cx.float(t.seconds as f64 + t.nanoseconds as f64 * 1e-9))
        .collect();
    values.extend(usage.counts.iter().map(|n| cx.int(*n)));
    structseq::new(cx, &class, values)
}

#[native("resource.getrusage(who, /)")]
fn getrusage(cx: &mut Cx, who: i32) -> R {
    match attempt(cx, |host| host.usage(who))? {
        Ok(usage) => usage_value(cx, &usage),
        Err(error) if error.errno == libc::EINVAL => Err(cx.value_error("invalid who parameter")),
        Err(error) => Err(raise_os(cx, error, None, None)),
    }
}

#[native("resource.getpagesize()")]
fn getpagesize(cx: &mut Cx) -> R<i64> {
    sys(cx, |host| host.sysconf(libc::_SC_PAGESIZE)).map(|n| n.unwrap_or(4096))
}

fn checked(cx: &mut Cx, resource: i32) -> R<()> {
    if (0..16).contains(&resource) { Ok(()) } else { Err(cx.value_error("invalid resource specified")) }
}

fn limit(cx: &mut Cx, value: &Value) -> R<u64> {
    let exact = int::index(cx, value)?;
    let Some(number) = exact.as_int() else { return Err(cx.type_error("an integer is required")) };
    match (number.to_i64(), u64::try_from(number.to_big().as_ref())) {
        (Some(-1), _) => Ok(u64::MAX),
        _ if number.is_negative() => Err(cx.value_error("Cannot convert negative int")),
        (_, Ok(n)) => Ok(n),
        _ => Err(cx.overflow_error("Python int too large to convert to C rlim_t")),
    }
}

fn pair(cx: &mut Cx, limits: &Value) -> R<(u64, u64)> {
    let wrong = "expected a tuple of 2 integers";
    let items = match limits.cast::<Tuple>() {
        Some(tuple) => tuple.items().to_vec(),
        None => taipan_object::ops::collect(cx, limits)?,
    };
    let [soft, hard] = &items[..] else { return Err(cx.value_error(wrong)) };
    Ok((limit(cx, soft)?, limit(cx, hard)?))
}

fn shown(cx: &Cx, limits: (u64, u64)) -> Value {
    let number = |n: u64| if n == u64::MAX { cx.int(-1) } else { cx.int_from_u64(n) };
    cx.tuple_value([number(limits.0), number(limits.1)])
}

#[native("resource.getrlimit(resource, /)")]
fn getrlimit(cx: &mut Cx, resource: i32) -> R {
    checked(cx, resource)?;
    let limits = sys(cx, |host| host.limit(0, resource, None))?;
    Ok(shown(cx, limits))
}

fn change(cx: &mut Cx, pid: i32, resource: i32, new: Option<(u64, u64)>) -> R<(u64, u64)> {
    match attempt(cx, |host| host.limit(pid, resource, new))? {
        Ok(limits) => Ok(limits),
        Err(error) if error.errno == libc::EINVAL => {
            Err(cx.value_error("current limit exceeds maximum limit"))
        }
        Err(error) if error.errno == libc::EPERM && pid == 0 => {
            Err(cx.value_error("not allowed to raise maximum limit"))
        }
        Err(error) => Err(raise_os(cx, error, None, None)),
    }
}

#[native("resource.setrlimit(resource, limits, /)")]
fn setrlimit(cx: &mut Cx, resource: i32, limits: &Value) -> R<()> {
    checked(cx, resource)?;
    let number = cx.int(resource.into());
    audit(cx, "resource.setrlimit", &[number, limits.clone()])?;
    let new = pair(cx, limits)?;
    change(cx, 0, resource, Some(new)).map(drop)
}

#[native("resource.prlimit(pid, resource, limits=None, /)")]
fn prlimit(cx: &mut Cx, pid: i32, resource: i32, limits: Option<&Value>) -> R {
    checked(cx, resource)?;
    let limits = limits.filter(|l| !l.is_none());
    let (p, r) = (cx.int(pid.into()), cx.int(resource.into()));
    audit(cx, "resource.prlimit", &[p, r, limits.cloned().unwrap_or_else(Value::none)])?;
    let new = match limits {
        Some(limits) => Some(pair(cx, limits)?),
        None => None,
    };
    let old = change(cx, pid, resource, new)?;
    Ok(shown(cx, old))
}

static CONSTANTS: &[(&str, i64)] = &[
    ("RLIMIT_AS", 9),
    ("RLIMIT_CORE", 4),
    ("RLIMIT_CPU", 0),
    ("RLIMIT_DATA", 2),
    ("RLIMIT_FSIZE", 1),
    ("RLIMIT_MEMLOCK", 8),
    ("RLIMIT_MSGQUEUE", 12),
    ("RLIMIT_NICE", 13),
    ("RLIMIT_NOFILE", 7),
    ("RLIMIT_NPROC", 6),
    ("RLIMIT_OFILE", 7),
    ("RLIMIT_RSS", 5),
    ("RLIMIT_RTPRIO", 14),
    ("RLIMIT_RTTIME", 15),
    ("RLIMIT_SIGPENDING", 11),
    ("RLIMIT_STACK", 3),
    ("RLIM_INFINITY", -1),
    ("RUSAGE_CHILDREN", -1),
    ("RUSAGE_SELF", 0),
    ("RUSAGE_THREAD", 1),
];

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for (name, number) in CONSTANTS {
        let number = cx.int(*number);
        set(cx, module, name, number)?;
    }
    let class = class(cx)?;
    set(cx, module, "struct_rusage", class.into_value())?;
    set(cx, module, "error", exc::OS_ERROR.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "resource",
    functions: natives![getrusage, getpagesize, getrlimit, setrlimit, prlimit],
    init: Some(init),
    ..ModuleDef::EMPTY
};
