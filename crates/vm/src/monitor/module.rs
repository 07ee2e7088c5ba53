//! The namespace `sys.monitoring`.

use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Value, dict};
use taipan_types::{module, namespace};

use super::instrument::code_of;
use super::{Callback, USER_TOOLS, disable, event, missing, monitor, set_global, set_local};

fn tool_of(cx: &mut Cx, id: i32) -> R<usize> {
    match usize::try_from(id) {
        Ok(tool) if tool < USER_TOOLS => Ok(tool),
        _ => Err(cx.value_error(format!("invalid tool {id} (must be between 0 and 5)"))),
    }
}

/// A tool that somebody has taken.
fn taken(cx: &mut Cx, id: i32) -> R<usize> {
    let tool = tool_of(cx, id)?;
    if monitor(cx).names[tool].is_none() {
        return Err(cx.value_error(format!("tool {id} is not in use")));
    }
    Ok(tool)
}

const CALLS: u32 = event::set(&[event::CALL]);
const CALL_ENDS: u32 = event::set(&[event::C_RETURN, event::C_RAISE]);
const BRANCHES: u32 = event::set(&[event::BRANCH_LEFT, event::BRANCH_RIGHT]);
const BRANCH: u32 = event::set(&[event::BRANCH]);

/// An event set as it is kept: BRANCH by its two sides, the ends of calls with CALL.
fn checked_set(cx: &mut Cx, events: i32, local: bool) -> R<u32> {
    let mut set = events as u32;
    let what = if local { "local event set" } else { "event set" };
    if events < 0 || set >= 1 << (event::BRANCH + 1) {
        return Err(cx.value_error(format!("invalid {what} {set:#x}")));
    }
    if set & CALL_ENDS != 0 {
        if set & (CALLS | CALL_ENDS) != CALLS | CALL_ENDS {
            return Err(cx.value_error("cannot set C_RETURN or C_RAISE events independently"));
        }
        set &= !CALL_ENDS;
    }
    if set & BRANCH != 0 {
        set = set & !BRANCH | BRANCHES;
    }
    if local && set >= 1 << event::LOCAL {
        return Err(cx.value_error(format!("invalid local event set {set:#x}")));
    }
    Ok(set)
}

#[native("sys.monitoring.use_tool_id(tool_id, name, /)")]
fn use_tool_id(cx: &mut Cx, tool_id: i32, name: &Value) -> R<()> {
    let tool = tool_of(cx, tool_id)?;
    if name.as_str().is_none() {
        return Err(cx.value_error("tool name must be a str"));
    }
    if monitor(cx).names[tool].is_some() {
        return Err(cx.value_error(format!("tool {tool_id} is already in use")));
    }
    monitor(cx).names[tool] = Some(name.clone());
    Ok(())
}

#[native("sys.monitoring.clear_tool_id(tool_id, /)")]
fn clear_tool_id(cx: &mut Cx, tool_id: i32) -> R<()> {
    let tool = tool_of(cx, tool_id)?;
    if monitor(cx).names[tool].is_some() {
        super::clear_tool(cx, tool);
    }
    Ok(())
}

#[native("sys.monitoring.free_tool_id(tool_id, /)")]
fn free_tool_id(cx: &mut Cx, tool_id: i32) -> R<()> {
    let tool = tool_of(cx, tool_id)?;
    if monitor(cx).names[tool].is_some() {
        super::clear_tool(cx, tool);
    }
    let old = monitor(cx).names[tool].take();
    drop(old);
    Ok(())
}

#[native("sys.monitoring.get_tool(tool_id, /)")]
fn get_tool(cx: &mut Cx, tool_id: i32) -> R {
    let tool = tool_of(cx, tool_id)?;
    Ok(monitor(cx).names[tool].clone().unwrap_or_else(Value::none))
}

#[native("sys.monitoring.register_callback(tool_id, event, func, /)")]
fn register_callback(cx: &mut Cx, tool_id: i32, event: i32, func: &Value) -> R {
    let tool = tool_of(cx, tool_id)?;
    if event.count_ones() != 1 {
        return Err(cx.value_error("The callback can only be set for one event at a time"));
    }
    let number = event.trailing_zeros() as u8;
    if number > event::BRANCH {
        return Err(cx.value_error(format!("invalid event {event}")));
    }
    (cx.interp().runtime.audit)(cx, "sys.monitoring.register_callback", std::slice::from_ref(func))?;
    let both_branches = number == event::BRANCH;
    let callback = |f: &Value| (!f.is_none()).then(|| Callback { function: f.clone(), both_branches });
    let places: &[u8] = if both_branches {
        &[event::BRANCH_LEFT, event::BRANCH_RIGHT]
    } else {
        std::slice::from_ref(&number)
    };
    let mut old = None;
    for &place in places {
        old = std::mem::replace(&mut monitor(cx).callbacks[tool][place as usize], callback(func));
    }
    Ok(old.map_or_else(Value::none, |c| c.function))
}

#[native("sys.monitoring.get_events(tool_id, /)")]
fn get_events(cx: &mut Cx, tool_id: i32) -> R {
    let tool = tool_of(cx, tool_id)?;
    let set = monitor(cx).global[tool];
    Ok(cx.int(i64::from(set)))
}

#[native("sys.monitoring.set_events(tool_id, event_set, /)")]
fn set_events(cx: &mut Cx, tool_id: i32, event_set: i32) -> R<()> {
    let tool = tool_of(cx, tool_id)?;
    let set = checked_set(cx, event_set, false)?;
    taken(cx, tool_id)?;
    set_global(cx, tool, set);
    Ok(())
}

#[native("sys.monitoring.get_local_events(tool_id, code, /)")]
fn get_local_events(cx: &mut Cx, tool_id: i32, code: &Value) -> R {
    let tool = tool_of(cx, tool_id)?;
    match code_of(code) {
        Some(code) => {
            let set = code.local_events(cx, tool);
            Ok(cx.int(i64::from(set)))
        }
        None => Err(cx.type_error("code must be a code object")),
    }
}

#[native("sys.monitoring.set_local_events(tool_id, code, event_set, /)")]
fn set_local_events(cx: &mut Cx, tool_id: i32, code: &Value, event_set: i32) -> R<()> {
    let tool = tool_of(cx, tool_id)?;
    let Some(code) = code_of(code) else { return Err(cx.type_error("code must be a code object")) };
    let set = checked_set(cx, event_set, true)?;
    taken(cx, tool_id)?;
    set_local(cx, tool, code, set);
    Ok(())
}

#[native("sys.monitoring.restart_events()")]
fn restart_events(cx: &mut Cx) {
    let m = monitor(cx);
    m.restarts += 1;
    m.version += 1;
    super::update_running(cx);
}

#[native("sys.monitoring._all_events()")]
fn _all_events(cx: &mut Cx) -> R {
    let made = cx.new_dict();
    let m = monitor(cx);
    let tools: Vec<u8> = (0..event::C_RETURN).map(|e| m.tools(e)).collect();
    for (event, tools) in tools.into_iter().enumerate() {
        if tools != 0 {
            let name = cx.str(event::NAMES[event]);
            dict::set(cx, &made, name, Value::small_int(i32::from(tools)))?;
        }
    }
    Ok(made.into_value())
}

/// Makes the namespace and lists it among the modules.
pub fn make(cx: &mut Cx, modules: &Value) -> R {
    let made = module::new_module(cx, "sys.monitoring", None)?;
    let functions = natives![
        use_tool_id,
        clear_tool_id,
        free_tool_id,
        get_tool,
        register_callback,
        get_events,
        set_events,
        get_local_events,
        set_local_events,
        restart_events,
        _all_events
    ];
    module::add_functions(cx, &made, functions)?;
    let value = disable(cx)?;
    module::set(cx, &made, "DISABLE", value)?;
    let value = missing(cx)?;
    module::set(cx, &made, "MISSING", value)?;
    let mut events: Vec<(&str, Value)> = Vec::new();
    for (number, name) in event::NAMES.iter().enumerate() {
        let value = cx.int(1 << number);
        events.push((name, value));
    }
    events.push(("NO_EVENTS", Value::small_int(0)));
    let events = namespace::new(cx, &events)?;
    module::set(cx, &made, "events", events)?;
    for (name, id) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
        module::set(cx, &made, name, Value::small_int(id))?;
    }
    let name = cx.str("sys.monitoring");
    taipan_object::ops::setitem(cx, modules, &name, &made)?;
    Ok(made)
}
