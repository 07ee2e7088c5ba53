//! The assembler: flat instructions to bytes, jump distances, and the exception and location tables.

use taipan_bytecode::CodeFlags;
use taipan_bytecode::code::kinds;
use taipan_bytecode::exctable::{ExceptionEntry, push_entry};
use taipan_bytecode::linetable::Writer;
use taipan_bytecode::{CodeObject, Name, Opcode};

use super::FlowError;
use super::cfg::{Cfg, CfgInstr, has_target, is_jump};
use super::effects::Effects;
use crate::instr::{Location, NEXT_LOCATION, NO_LOCATION, UnitMetadata};

/// Longest code, in units: jump distances and table entries stay well inside 32 bits.
const MAX_UNITS: u64 = 1 << 30;

/// Units from an asynchronous loop's `SEND` to its `END_SEND`.
const END_SEND_OFFSET: u32 = 5;

/// The handler of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// Index of the handler's first instruction.
    pub target: u32,
    /// Depth of the stack at the handler's entry.
    pub start_depth: u32,
    pub wants_lasti: bool,
}

/// An instruction in its final order. The operand of a jump is the index of the instruction it goes to.
#[derive(Clone, Copy, Debug)]
pub struct FlatInstr {
    pub opcode: Opcode,
    pub operand: u32,
    pub handler: Option<Handler>,
    pub location: Location,
}

/// Lays the blocks out one behind the other.
pub fn flatten(cfg: &Cfg) -> Result<Vec<FlatInstr>, FlowError> {
    let mut starts = vec![u32::MAX; cfg.block_count()];
    let mut count = 0usize;
    for id in cfg.order() {
        starts[id.number() as usize] = count as u32;
        count += cfg.instrs(id).len();
    }
    let start_of = |id: super::cfg::BlockId| {
        let start = starts.get(id.number() as usize).copied().ok_or(FlowError::BadTarget)?;
        if (start as usize) < count { Ok(start) } else { Err(FlowError::BadTarget) }
    };
    let flat = |instr: &CfgInstr| {
        let handler = match instr.handler {
            id if id.is_some() => Some(Handler {
                target: start_of(id)?,
                start_depth: cfg[id].start_depth.max(0) as u32,
                wants_lasti: cfg[id].wants_lasti,
            }),
            _ => None,
        };
        let operand = if has_target(instr.opcode) { start_of(instr.target)? } else { instr.operand };
        Ok(FlatInstr { opcode: instr.opcode, operand, handler, location: instr.location })
    };
    let mut out = Vec::with_capacity(count);
    for id in cfg.order() {
        for instr in cfg.instrs(id) {
            out.push(flat(instr)?);
        }
    }
    Ok(out)
}

/// Units that an operand takes beyond the instruction's own.
fn extensions(operand: u32) -> usize {
    match operand {
        0..=0xFF => 0,
        0x100..=0xFFFF => 1,
        0x1_0000..=0xFF_FFFF => 2,
        _ => 3,
    }
}

fn units(effects: &Effects, opcode: Opcode, operand: u32) -> usize {
    extensions(operand) + 1 + effects.caches(opcode)
}

/// The jump with a direction, for one that has none yet.
fn with_direction(opcode: Opcode, forward: bool) -> Opcode {
    match opcode {
        Opcode::JUMP | Opcode::JUMP_NO_INTERRUPT if forward => Opcode::JUMP_FORWARD,
        Opcode::JUMP => Opcode::JUMP_BACKWARD,
        Opcode::JUMP_NO_INTERRUPT => Opcode::JUMP_BACKWARD_NO_INTERRUPT,
        other => other,
    }
}

/// Replaces the targets of jumps by distances. Distances depend on how long the instructions between are, which depends
/// on distances: sizes start from the targets' indices and are corrected until they agree. Returns the offset, in
/// units, of each instruction, and of the end.
fn resolve_jumps(instrs: &mut [FlatInstr]) -> Result<Vec<u32>, FlowError> {
    let mut targets: Vec<(u32, u32)> = Vec::new();
    for (index, instr) in instrs.iter_mut().enumerate().filter(|(_, instr)| is_jump(instr.opcode)) {
        instr.opcode = with_direction(instr.opcode, instr.operand as usize > index);
        targets.push((index as u32, instr.operand));
    }
    let effects = Effects::get();
    let mut offsets = vec![0u32; instrs.len() + 1];
    loop {
        let mut offset = 0u64;
        for (index, instr) in instrs.iter().enumerate() {
            offsets[index] = offset as u32;
            offset += units(effects, instr.opcode, instr.operand) as u64;
            if offset > MAX_UNITS {
                return Err(FlowError::TooLarge);
            }
        }
        offsets[instrs.len()] = offset as u32;
        let mut settled = true;
        for &(index, target) in &targets {
            let behind = offsets[index as usize + 1];
            let goal = *offsets.get(target as usize).ok_or(FlowError::BadTarget)?;
            let instr = &mut instrs[index as usize];
            let backward = matches!(
                instr.opcode,
                Opcode::JUMP_BACKWARD | Opcode::JUMP_BACKWARD_NO_INTERRUPT | Opcode::END_ASYNC_FOR
            );
            // END_ASYNC_FOR names the loop's SEND and is encoded with the distance to its END_SEND, for monitoring.
            let goal = if instr.opcode == Opcode::END_ASYNC_FOR { goal + END_SEND_OFFSET } else { goal };
            let (far, near) = if backward { (behind, goal) } else { (goal, behind) };
            let distance = far.checked_sub(near).ok_or(FlowError::BadTarget)?;
            settled &= extensions(distance) == extensions(instr.operand);
            instr.operand = distance;
        }
        if settled {
            return Ok(offsets);
        }
    }
}

fn encode(instrs: &[FlatInstr], total_units: u32) -> Result<Vec<u8>, FlowError> {
    let effects = Effects::get();
    let mut code = Vec::with_capacity(total_units as usize * 2);
    for instr in instrs {
        let opcode = instr.opcode.byte().ok_or(FlowError::BadOperand)?;
        let [top, third, second, low] = instr.operand.to_be_bytes();
        let extended = Opcode::EXTENDED_ARG as u8;
        match extensions(instr.operand) {
            0 => {}
            1 => code.extend([extended, second]),
            2 => code.extend([extended, third, extended, second]),
            _ => code.extend([extended, top, extended, third, extended, second]),
        }
        code.extend([opcode, low]);
        let caches = effects.caches(instr.opcode);
        if caches > 0 {
            code.resize(code.len() + caches * 2, 0);
        }
    }
    Ok(code)
}

fn exception_table(instrs: &[FlatInstr], offsets: &[u32]) -> Vec<u8> {
    let mut table = Vec::new();
    let mut current: Option<Handler> = None;
    let mut start = 0;
    let mut flush = |handler: Option<Handler>, start: u32, end: u32| {
        if let Some(handler) = handler {
            let target = offsets[handler.target as usize];
            // Depth below what the interpreter pushes for the handler.
            let pushed = 1 + u32::from(handler.wants_lasti);
            let depth = handler.start_depth.saturating_sub(pushed);
            push_entry(&mut table, &ExceptionEntry { start, end, target, depth, lasti: handler.wants_lasti });
        }
    };
    for (index, instr) in instrs.iter().enumerate() {
        if instr.handler.map(|handler| handler.target) != current.map(|handler| handler.target) {
            flush(current, start, offsets[index]);
            start = offsets[index];
            current = instr.handler;
        }
    }
    flush(current, start, offsets[instrs.len()]);
    table
}

fn location_table(instrs: &mut [FlatInstr], offsets: &[u32], first_line: i32) -> Vec<u8> {
    let mut behind = NO_LOCATION;
    let borrowing = instrs.iter().rposition(|instr| instr.location == NEXT_LOCATION);
    let reach = borrowing.map_or(0, |last| (last + 2).min(instrs.len()));
    for instr in instrs[..reach].iter_mut().rev() {
        if instr.location == NEXT_LOCATION {
            let terminates = is_jump(instr.opcode) || super::cfg::ends_scope(instr.opcode);
            instr.location = if terminates { NO_LOCATION } else { behind };
        }
        behind = instr.location;
    }
    let mut writer = Writer::new(first_line);
    for (instr, range) in instrs.iter().zip(offsets.windows(2)) {
        writer.push(instr.location, (range[1] - range[0]) as usize);
    }
    writer.finish()
}

/// Names and kinds of the fast locals, in the order of their slots.
fn local_slots(metadata: &UnitMetadata, slot_count: usize) -> (Vec<Name>, Vec<u8>) {
    let mut names = Vec::with_capacity(slot_count);
    let mut slot_kinds = Vec::with_capacity(slot_count);
    let has = |flag| u32::from(metadata.flags.contains(flag));
    let positional = metadata.arg_count.saturating_sub(metadata.positional_only_count);
    let mut parameters = [
        (metadata.positional_only_count, kinds::ARG_POS),
        (positional, kinds::ARG_POS | kinds::ARG_KW),
        (metadata.keyword_only_count, kinds::ARG_KW),
        (has(CodeFlags::VARARGS), kinds::ARG_VAR | kinds::ARG_POS),
        (has(CodeFlags::VARKEYWORDS), kinds::ARG_VAR | kinds::ARG_KW),
    ]
    .into_iter()
    .flat_map(|(count, kind)| std::iter::repeat_n(kind, count as usize));
    for name in metadata.varnames.items() {
        let mut kind = kinds::LOCAL | parameters.next().unwrap_or(0);
        if metadata.fast_hidden.contains(name) {
            kind |= kinds::HIDDEN;
        }
        if metadata.cellvars.contains(name) {
            kind |= kinds::CELL;
        }
        names.push(name.clone());
        slot_kinds.push(kind);
    }
    for name in metadata.cellvars.items().iter().filter(|name| !metadata.varnames.contains(name)) {
        names.push(name.clone());
        slot_kinds.push(kinds::CELL);
    }
    for name in metadata.freevars.items() {
        names.push(name.clone());
        slot_kinds.push(kinds::FREE);
    }
    (names, slot_kinds)
}

/// Makes the code object of flat instructions whose operands are final but for the jumps.
pub fn assemble(
    mut instrs: Vec<FlatInstr>,
    metadata: UnitMetadata,
    stack_size: u32,
    slot_count: usize,
    filename: Name,
) -> Result<CodeObject, FlowError> {
    let offsets = resolve_jumps(&mut instrs)?;
    let code = encode(&instrs, offsets[instrs.len()])?;
    let exceptiontable = exception_table(&instrs, &offsets);
    let linetable = location_table(&mut instrs, &offsets, metadata.first_line);
    let (names, slot_kinds) = local_slots(&metadata, slot_count);
    Ok(CodeObject {
        argcount: metadata.arg_count,
        posonlyargcount: metadata.positional_only_count,
        kwonlyargcount: metadata.keyword_only_count,
        stacksize: stack_size,
        flags: metadata.flags,
        code: code.into(),
        consts: metadata.consts.into_values().into(),
        names: metadata.names.into_items().into(),
        localsplusnames: names.into(),
        localspluskinds: slot_kinds.into(),
        filename,
        name: metadata.name,
        qualname: metadata.qualname,
        firstlineno: metadata.first_line,
        linetable: linetable.into(),
        exceptiontable: exceptiontable.into(),
    })
}
