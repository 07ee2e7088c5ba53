//! `_socket`: sockets of the families that names and ports or paths address, and the resolver.

mod address;
mod constants;
mod functions;
mod messages;
mod names;
mod object;

use taipan_macros::natives;
use taipan_object::ty::TYPE;
use taipan_object::typeobj::{ClassRequest, new_class};
use taipan_object::{Cx, R, Value, dict, exc};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

/// What an interpreter keeps for its sockets.
#[derive(Default)]
struct State {
    gaierror: Option<Value>,
    herror: Option<Value>,
    /// Nanoseconds; `None` waits for ever.
    default_timeout: Option<i64>,
}

fn os_error_class(cx: &mut Cx, name: &str) -> R {
    let namespace = cx.new_dict();
    let key = cx.intern("__module__");
    let owner = cx.str("socket");
    dict::set_str(cx, &namespace, &key, owner)?;
    let name = cx.str(name);
    let bases = [exc::OS_ERROR.to_value()];
    new_class(
        cx,
        ClassRequest { meta: &TYPE, name, bases: &bases, namespace: &namespace, keywords: Vec::new() },
    )
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "socket", object::SOCKET.to_value())?;
    set(cx, module, "SocketType", object::SOCKET.to_value())?;
    set(cx, module, "error", exc::OS_ERROR.to_value())?;
    set(cx, module, "timeout", exc::TIMEOUT_ERROR.to_value())?;
    set(cx, module, "has_ipv6", Value::bool(true))?;
    let gaierror = os_error_class(cx, "gaierror")?;
    let herror = os_error_class(cx, "herror")?;
    set(cx, module, "gaierror", gaierror.clone())?;
    set(cx, module, "herror", herror.clone())?;
    let state = cx.interp_mut().state::<State>();
    (state.gaierror, state.herror) = (Some(gaierror), Some(herror));
    for (name, text) in [("BDADDR_ANY", "00:00:00:00:00:00"), ("BDADDR_LOCAL", "00:00:00:FF:FF:FF")] {
        let text = cx.str(text);
        set(cx, module, name, text)?;
    }
    for (name, number) in constants::CONSTANTS {
        let number = cx.int(*number);
        set(cx, module, name, number)?;
    }
    Ok(())
}

fn types(types: &mut Types) {
    types.add([&object::SOCKET]);
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_socket",
    doc: Some("Implementation module for socket operations.\n\nSee the socket module for documentation."),
    functions: natives![
        functions::socketpair,
        functions::close,
        functions::dup,
        functions::getaddrinfo,
        functions::gethostbyname,
        functions::gethostname,
        functions::getdefaulttimeout,
        functions::setdefaulttimeout,
        functions::htons,
        functions::ntohs,
        functions::htonl,
        functions::ntohl,
        functions::inet_aton,
        functions::inet_ntoa,
        functions::inet_pton,
        functions::inet_ntop,
        messages::cmsg_len,
        messages::cmsg_space,
        names::gethostbyaddr,
        names::gethostbyname_ex,
        names::getnameinfo,
        names::getprotobyname,
        names::getservbyname,
        names::getservbyport,
        names::if_indextoname,
        names::if_nameindex,
        names::if_nametoindex,
        names::sethostname
    ],
    types: Some(types),
    init: Some(init),
};
