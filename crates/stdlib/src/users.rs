//! `pwd` and `grp`: the users' and the groups' data bases.

use crate::support::{fs_decode, fs_encode, sys};
use taipan_host::users::{Group, User};
use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, Obj, R, Raised, Str, Value, exc, int, ops};
use taipan_types::list::new_list;
use taipan_types::module::{ModuleDef, set};
use taipan_types::structseq::{self, Field, StructSeq};

static STRUCT_PASSWD: StructSeq = StructSeq {
    name: "pwd.struct_passwd",
    doc: "pwd.struct_passwd: Results from getpw*() routines.\n\nThis object may be accessed either as a tuple of\n  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\nor via the object attributes as named in the above tuple.",
    fields: &[
        Field { name: "pw_name", doc: "user name" },
        Field { name: "pw_passwd", doc: "password" },
        Field { name: "pw_uid", doc: "user id" },
        Field { name: "pw_gid", doc: "group id" },
        Field { name: "pw_gecos", doc: "real name" },
        Field { name: "pw_dir", doc: "home directory" },
        Field { name: "pw_shell", doc: "shell program" },
    ],
    visible: 7,
    instantiable: true,
};

static STRUCT_GROUP: StructSeq = StructSeq {
    name: "grp.struct_group",
    doc: "grp.struct_group: Results from getgr*() routines.\n\nThis object may be accessed either as a tuple of\n  (gr_name,gr_passwd,gr_gid,gr_mem)\nor via the object attributes as named in the above tuple.\n",
    fields: &[
        Field { name: "gr_name", doc: "group name" },
        Field { name: "gr_passwd", doc: "password" },
        Field { name: "gr_gid", doc: "group id" },
        Field { name: "gr_mem", doc: "group members" },
    ],
    visible: 4,
    instantiable: true,
};

/// This interpreter's classes.
#[derive(Default)]
struct State {
    passwd: Option<Value>,
    group: Option<Value>,
}

fn made(cx: &mut Cx, class: Option<Value>, values: Vec<Value>) -> R {
    match class.as_ref().and_then(Value::as_type) {
        Some(class) => structseq::new(cx, class, values),
        None => Err(cx.system_error("the module is not initialised")),
    }
}

fn passwd(cx: &mut Cx, user: &User) -> R {
    let values = vec![
        fs_decode(cx, &user.name),
        fs_decode(cx, &user.password),
        cx.int(user.user.into()),
        cx.int(user.group.into()),
        fs_decode(cx, &user.description),
        fs_decode(cx, &user.home),
        fs_decode(cx, &user.shell),
    ];
    let class = cx.interp_mut().state::<State>().passwd.clone();
    made(cx, class, values)
}

fn group(cx: &mut Cx, group: &Group) -> R {
    let members: Vec<Value> = group.members.iter().map(|name| fs_decode(cx, name)).collect();
    let members = new_list(cx, members);
    let values = vec![
        fs_decode(cx, &group.name),
        fs_decode(cx, &group.password),
        cx.int(group.group.into()),
        members.into_value(),
    ];
    let class = cx.interp_mut().state::<State>().group.clone();
    made(cx, class, values)
}

/// A user's or group's number: -1 stands for the greatest, others outside are nobody's.
fn number(cx: &mut Cx, value: &Value, what: &str) -> R<Option<u32>> {
    if value.as_int().is_none() && value.ty(cx).slots().index.is_none() {
        let name = value.type_name(cx);
        return Err(cx.type_error(format!("{what} should be integer, not {name}")));
    }
    let number = int::index(cx, value)?;
    Ok(match number.as_int().and_then(|i| i.to_i64()) {
        Some(-1) => Some(u32::MAX),
        Some(number) => u32::try_from(number).ok(),
        None => None,
    })
}

#[cold]
fn missing_number(cx: &mut Cx, function: &str, what: &str, number: Option<u32>) -> Raised {
    let message = match number {
        Some(u32::MAX) => format!("{function}(): {what} not found: -1"),
        Some(number) => format!("{function}(): {what} not found: {number}"),
        None => format!("{function}(): {what} not found"),
    };
    cx.raise(&exc::KEY_ERROR, message)
}

/// A name in the system's bytes.
fn name_bytes(cx: &mut Cx, name: &Obj<Str>) -> R<Vec<u8>> {
    let bytes = fs_encode(cx, name)?;
    if bytes.contains(&0) {
        return Err(cx.value_error("embedded null byte"));
    }
    Ok(bytes)
}

#[cold]
fn missing_name(cx: &mut Cx, function: &str, name: &Obj<Str>) -> R<Raised> {
    let shown = ops::repr(cx, &name.to_value())?;
    let shown = shown.to_string_lossy().into_owned();
    Ok(cx.raise(&exc::KEY_ERROR, format!("{function}(): name not found: {shown}")))
}

/// Return the password database entry for the given numeric user ID.
///
/// See `help(pwd)` for more on password database entries.
#[native("pwd.getpwuid(uidobj, /)")]
fn getpwuid(cx: &mut Cx, uidobj: &Value) -> R {
    let uid = number(cx, uidobj, "uid")?;
    let user = match uid {
        Some(uid) => sys(cx, |host| host.user_by_number(uid))?,
        None => None,
    };
    match user {
        Some(user) => passwd(cx, &user),
        None => Err(missing_number(cx, "getpwuid", "uid", uid)),
    }
}

/// Return the password database entry for the given user name.
///
/// See `help(pwd)` for more on password database entries.
#[native("pwd.getpwnam(name, /)")]
fn getpwnam(cx: &mut Cx, name: &Obj<Str>) -> R {
    let bytes = name_bytes(cx, name)?;
    match sys(cx, |host| host.user_by_name(&bytes))? {
        Some(user) => passwd(cx, &user),
        None => Err(missing_name(cx, "getpwnam", name)?),
    }
}

/// Return a list of all available password database entries, in arbitrary order.
///
/// See help(pwd) for more on password database entries.
#[native("pwd.getpwall()")]
fn getpwall(cx: &mut Cx) -> R {
    let users = sys(cx, |host| host.all_users())?;
    let users = users.iter().map(|user| passwd(cx, user)).collect::<R<Vec<Value>>>()?;
    Ok(new_list(cx, users).into_value())
}

/// Return the group database entry for the given numeric group ID.
///
/// If id is not valid, raise KeyError.
#[native("grp.getgrgid(id)")]
fn getgrgid(cx: &mut Cx, id: &Value) -> R {
    let Some(gid) = number(cx, id, "gid")? else {
        let negative = id.as_int().is_some_and(|n| n.is_negative());
        let side = if negative { "less than minimum" } else { "greater than maximum" };
        return Err(cx.overflow_error(format!("gid is {side}")));
    };
    match sys(cx, |host| host.group_by_number(gid))? {
        Some(found) => group(cx, &found),
        None => Err(missing_number(cx, "getgrgid", "gid", Some(gid))),
    }
}

/// Return the group database entry for the given group name.
///
/// If name is not valid, raise KeyError.
#[native("grp.getgrnam(name)")]
fn getgrnam(cx: &mut Cx, name: &Obj<Str>) -> R {
    let bytes = name_bytes(cx, name)?;
    match sys(cx, |host| host.group_by_name(&bytes))? {
        Some(found) => group(cx, &found),
        None => Err(missing_name(cx, "getgrnam", name)?),
    }
}

/// Return a list of all available group entries, in arbitrary order.
///
/// An entry whose name starts with '+' or '-' represents an instruction
/// to use YP/NIS and may not be accessible via getgrnam or getgrgid.
#[native("grp.getgrall()")]
fn getgrall(cx: &mut Cx) -> R {
    let groups = sys(cx, |host| host.all_groups())?;
    let groups = groups.iter().map(|found| group(cx, found)).collect::<R<Vec<Value>>>()?;
    Ok(new_list(cx, groups).into_value())
}

static PWD_FUNCTIONS: &[&NativeDef] = natives![getpwuid, getpwnam, getpwall];
static GRP_FUNCTIONS: &[&NativeDef] = natives![getgrgid, getgrnam, getgrall];

fn init_pwd(cx: &mut Cx, module: &Value) -> R<()> {
    let class = structseq::new_type(cx, &STRUCT_PASSWD)?.into_value();
    cx.interp_mut().state::<State>().passwd = Some(class.clone());
    set(cx, module, "struct_passwd", class)
}

fn init_grp(cx: &mut Cx, module: &Value) -> R<()> {
    let class = structseq::new_type(cx, &STRUCT_GROUP)?.into_value();
    cx.interp_mut().state::<State>().group = Some(class.clone());
    set(cx, module, "struct_group", class)
}

pub static PWD: ModuleDef = ModuleDef {
    name: "pwd",
    doc: Some(
        "This module provides access to the Unix password database.\nIt is available on all Unix versions.\n\nPassword database entries are reported as 7-tuples containing the following\nitems from the password database (see `<pwd.h>'), in order:\npw_name, pw_passwd, pw_uid, pw_gid, pw_gecos, pw_dir, pw_shell.\nThe uid and gid items are integers, all others are strings. An\nexception is raised if the entry asked for cannot be found.",
    ),
    functions: PWD_FUNCTIONS,
    init: Some(init_pwd),
    ..ModuleDef::EMPTY
};

pub static GRP: ModuleDef = ModuleDef {
    name: "grp",
    doc: Some(
        "Access to the Unix group database.\n\nGroup entries are reported as 4-tuples containing the following fields\nfrom the group database, in order:\n\n  gr_name   - name of the group\n  gr_passwd - group password (encrypted); often empty\n  gr_gid    - numeric ID of the group\n  gr_mem    - list of members\n\nThe gid is an integer, name and password are strings.  (Note that most\nusers are not explicitly listed as members of the groups they are in\naccording to the password database.  Check both databases to get\ncomplete membership information.)",
    ),
    functions: GRP_FUNCTIONS,
    init: Some(init_grp),
    ..ModuleDef::EMPTY
};
