//! Optimisation of single blocks: constants are folded, jumps to jumps threaded, tests merged with what they test.

use taipan_bytecode::ops_names::intrinsic_1;
use taipan_bytecode::{Constant, Opcode};

use super::FlowError;
use super::cfg::{BlockId, Cfg, CfgInstr, for_each_block, is_foldable, is_jump};
use super::fold;
use super::swaps::optimize_swaps;
use crate::instr::ConstantTable;

/// Sequences of more constants than this are not made constants from the stack (code generation builds longer ones
/// item by item).
const MAX_CONSTANT_ITEMS: u32 = 30;
/// A list or set display of fewer constants stays as it is, unless it is only iterated over or searched.
const MIN_CONSTANT_ITEMS: u32 = 3;
/// `LOAD_SMALL_INT` takes integers below this.
const SMALL_INT_LIMIT: i64 = 256;
/// The bit of `COMPARE_OP`'s operand that asks for an exact bool.
const COMPARE_TO_BOOL: u32 = 16;

/// Whether the instruction pushes a value known now.
fn loads_constant(opcode: Opcode) -> bool {
    matches!(opcode, Opcode::LOAD_CONST | Opcode::LOAD_SMALL_INT)
}

fn constant_of(instr: &CfgInstr, consts: &ConstantTable) -> Result<Constant, FlowError> {
    match instr.opcode {
        Opcode::LOAD_SMALL_INT => Ok(Constant::int(i64::from(instr.operand))),
        _ => consts.get(instr.operand).cloned().ok_or(FlowError::BadOperand),
    }
}

fn small_int(value: &Constant) -> Option<u32> {
    value.as_i64().filter(|value| (0..SMALL_INT_LIMIT).contains(value)).map(|value| value as u32)
}

/// Makes the instruction push `value`.
fn make_load(instr: &mut CfgInstr, value: Constant, consts: &mut ConstantTable) {
    match small_int(&value) {
        Some(value) => instr.set(Opcode::LOAD_SMALL_INT, value),
        None => instr.set(Opcode::LOAD_CONST, consts.add(value)),
    }
}

/// First pass over the constants: small integers get their own opcode, tests of constants are decided, and comparisons
/// with `None` become jumps.
pub fn optimize_constant_loads(cfg: &mut Cfg, consts: &mut ConstantTable) -> Result<(), FlowError> {
    for_each_block!(cfg, id, {
        optimize_block_loads(cfg.instrs_mut(id), consts)?;
    });
    Ok(())
}

fn optimize_block_loads(instrs: &mut [CfgInstr], consts: &mut ConstantTable) -> Result<(), FlowError> {
    // What the instruction pushes: itself, or the load that a run of COPYs repeats.
    let mut source: Option<CfgInstr> = None;
    for index in 0..instrs.len() {
        if instrs[index].opcode == Opcode::LOAD_CONST {
            let value = consts.get(instrs[index].operand).ok_or(FlowError::BadOperand)?;
            if let Some(value) = small_int(value) {
                instrs[index].set(Opcode::LOAD_SMALL_INT, value);
            }
        }
        let copies_constant = source.is_some_and(|source| source.opcode == Opcode::LOAD_CONST)
            && instrs[index].opcode == Opcode::COPY
            && instrs[index].operand == 1;
        if !copies_constant {
            source = Some(instrs[index]).filter(|instr| loads_constant(instr.opcode));
        }
        let Some(load) = source else { continue };
        let Some(next) = instrs.get(index + 1).copied() else { continue };
        match next.opcode {
            Opcode::POP_JUMP_IF_FALSE
            | Opcode::POP_JUMP_IF_TRUE
            | Opcode::JUMP_IF_FALSE
            | Opcode::JUMP_IF_TRUE => {
                let truth = fold::truth(&constant_of(&load, consts)?);
                if matches!(next.opcode, Opcode::POP_JUMP_IF_FALSE | Opcode::POP_JUMP_IF_TRUE) {
                    instrs[index].erase();
                }
                let jumps_if = matches!(next.opcode, Opcode::POP_JUMP_IF_TRUE | Opcode::JUMP_IF_TRUE);
                if truth == jumps_if {
                    instrs[index + 1].opcode = Opcode::JUMP;
                } else {
                    instrs[index + 1].erase();
                }
            }
            Opcode::IS_OP if matches!(constant_of(&load, consts)?, Constant::None) => {
                merge_none_test(instrs, index);
            }
            Opcode::TO_BOOL => {
                let truth = fold::truth(&constant_of(&load, consts)?);
                instrs[index].erase();
                let operand = consts.add(Constant::bool(truth));
                instrs[index + 1].set(Opcode::LOAD_CONST, operand);
            }
            _ => {}
        }
    }
    Ok(())
}

/// `LOAD_CONST None, IS_OP, (TO_BOOL,) POP_JUMP_IF_*` at `index` becomes one jump.
fn merge_none_test(instrs: &mut [CfgInstr], index: usize) {
    let mut jump = index + 2;
    if instrs.get(jump).is_some_and(|instr| instr.opcode == Opcode::TO_BOOL) {
        instrs[jump].erase();
        jump += 1;
    }
    let inverted = instrs[index + 1].operand != 0;
    let Some(jump) = instrs.get_mut(jump) else { return };
    let wants_not_none = match jump.opcode {
        Opcode::POP_JUMP_IF_TRUE => inverted,
        Opcode::POP_JUMP_IF_FALSE => !inverted,
        _ => return,
    };
    jump.opcode = if wants_not_none { Opcode::POP_JUMP_IF_NOT_NONE } else { Opcode::POP_JUMP_IF_NONE };
    instrs[index].erase();
    instrs[index + 1].erase();
}

/// Second pass: everything else that one block (and the first instruction of a jump's target) tells.
pub fn optimize_blocks(cfg: &mut Cfg, consts: &mut ConstantTable) -> Result<(), FlowError> {
    for_each_block!(cfg, id, {
        let instrs = cfg.instrs_mut(id);
        for index in 0..instrs.len() {
            if is_foldable(instrs[index].opcode) {
                optimize_instr(instrs, index, consts)?;
            }
        }
        let mut index = instrs.len().saturating_sub(1);
        // A chain of jumps has at most as many links as there are blocks; a longer one goes round in circles.
        let mut links = cfg.block_count();
        while links > 0 && cfg.instrs(id).get(index).is_some_and(|last| is_jump(last.opcode)) {
            index = thread_jump(cfg, id, index);
            links -= 1;
        }
        optimize_swaps(cfg.instrs_mut(id));
    });
    Ok(())
}

/// Sends a jump whose target begins with a jump on to where that one goes. Returns the index to look at next.
fn thread_jump(cfg: &mut Cfg, id: BlockId, index: usize) -> usize {
    let jump = cfg.instrs(id)[index];
    let Some(&through) = cfg.instrs(jump.target).first() else { return index + 1 };
    let opcode = match (jump.opcode, through.opcode) {
        (
            Opcode::POP_JUMP_IF_NONE
            | Opcode::POP_JUMP_IF_NOT_NONE
            | Opcode::POP_JUMP_IF_FALSE
            | Opcode::POP_JUMP_IF_TRUE
            | Opcode::JUMP_IF_FALSE
            | Opcode::JUMP_IF_TRUE,
            Opcode::JUMP,
        ) => jump.opcode,
        (Opcode::JUMP_IF_FALSE, Opcode::JUMP_IF_FALSE) | (Opcode::JUMP_IF_TRUE, Opcode::JUMP_IF_TRUE) => {
            jump.opcode
        }
        (Opcode::JUMP_IF_FALSE, Opcode::JUMP_IF_TRUE) | (Opcode::JUMP_IF_TRUE, Opcode::JUMP_IF_FALSE) => {
            // The other test fails: go on behind it.
            let behind = cfg[jump.target].next;
            if !behind.is_some() || behind == jump.target {
                return index + 1;
            }
            cfg.instrs_mut(id)[index].target = behind;
            return index;
        }
        (Opcode::JUMP | Opcode::JUMP_NO_INTERRUPT, Opcode::JUMP) => Opcode::JUMP,
        (Opcode::JUMP | Opcode::JUMP_NO_INTERRUPT, Opcode::JUMP_NO_INTERRUPT) => jump.opcode,
        _ => return index + 1,
    };
    if through.target == jump.target {
        return index + 1;
    }
    // The old jump's line stays until it is known whether anything else has it.
    cfg.instrs_mut(id)[index].erase();
    cfg.append(id, CfgInstr::jump(opcode, through.target, through.location));
    index + 1
}

fn optimize_instr(
    instrs: &mut [CfgInstr],
    index: usize,
    consts: &mut ConstantTable,
) -> Result<(), FlowError> {
    let instr = instrs[index];
    let next = instrs.get(index + 1).copied();
    let next_opcode = next.map_or(Opcode::CACHE, |next| next.opcode);
    match instr.opcode {
        Opcode::BUILD_TUPLE => {
            if next
                .is_some_and(|next| next.opcode == Opcode::UNPACK_SEQUENCE && next.operand == instr.operand)
            {
                match instr.operand {
                    1 => {
                        instrs[index].erase();
                        instrs[index + 1].erase();
                        return Ok(());
                    }
                    2 | 3 => {
                        instrs[index].erase();
                        instrs[index + 1].opcode = Opcode::SWAP;
                        return Ok(());
                    }
                    _ => {}
                }
            }
            fold_tuple(instrs, index, consts)?;
        }
        Opcode::BUILD_LIST | Opcode::BUILD_SET => fold_display(instrs, index, next_opcode, consts)?,
        Opcode::LIST_APPEND | Opcode::SET_ADD
            if instr.operand == 1 && matches!(next_opcode, Opcode::GET_ITER | Opcode::CONTAINS_OP) =>
        {
            fold_appended(instrs, index, consts)?;
        }
        Opcode::COMPARE_OP if next_opcode == Opcode::TO_BOOL => {
            instrs[index].erase();
            instrs[index + 1].set(Opcode::COMPARE_OP, instr.operand | COMPARE_TO_BOOL);
        }
        Opcode::CONTAINS_OP | Opcode::IS_OP => match next_opcode {
            Opcode::TO_BOOL => {
                instrs[index].erase();
                instrs[index + 1].set(instr.opcode, instr.operand);
            }
            Opcode::UNARY_NOT => {
                instrs[index].erase();
                instrs[index + 1].set(instr.opcode, instr.operand ^ 1);
            }
            _ => {}
        },
        Opcode::TO_BOOL if next_opcode == Opcode::TO_BOOL => instrs[index].erase(),
        Opcode::UNARY_NOT if next_opcode == Opcode::TO_BOOL => {
            instrs[index].erase();
            instrs[index + 1].set(Opcode::UNARY_NOT, 0);
        }
        Opcode::UNARY_NOT if next_opcode == Opcode::UNARY_NOT => {
            instrs[index].erase();
            instrs[index + 1].erase();
        }
        Opcode::UNARY_NOT | Opcode::UNARY_INVERT | Opcode::UNARY_NEGATIVE => {
            fold_unary(instrs, index, consts)?
        }
        Opcode::CALL_INTRINSIC_1 => match instr.operand {
            intrinsic_1::LIST_TO_TUPLE => {
                fold_list_to_tuple(instrs, index, consts)?;
                if next_opcode == Opcode::GET_ITER && instrs[index].opcode == Opcode::CALL_INTRINSIC_1 {
                    instrs[index].erase();
                }
            }
            intrinsic_1::UNARY_POSITIVE => fold_unary(instrs, index, consts)?,
            _ => {}
        },
        Opcode::BINARY_OP => {
            let mut operands = [0; 2];
            if constant_operands(instrs, index, &mut operands) {
                let left = constant_of(&instrs[operands[0]], consts)?;
                let right = constant_of(&instrs[operands[1]], consts)?;
                if let Some(value) = fold::binary(instr.operand, &left, &right) {
                    operands.iter().for_each(|&at| instrs[at].erase_with_location());
                    make_load(&mut instrs[index], value, consts);
                }
            }
        }
        Opcode::LOAD_GLOBAL if next_opcode == Opcode::PUSH_NULL && instr.operand & 1 == 0 => {
            instrs[index].operand |= 1;
            instrs[index + 1].erase();
        }
        Opcode::STORE_FAST
            if next.is_some_and(|next| {
                next.opcode == Opcode::STORE_FAST
                    && next.operand == instr.operand
                    && next.line() == instr.line()
            }) =>
        {
            instrs[index].set(Opcode::POP_TOP, 0);
        }
        Opcode::SWAP if instr.operand == 1 => instrs[index].erase(),
        _ => {}
    }
    Ok(())
}

/// Finds the loads of constants, one for each element of `found`, that stand before `index` with nothing but `NOP`s
/// between them.
fn constant_operands(instrs: &[CfgInstr], index: usize, found: &mut [usize]) -> bool {
    let mut wanted = found.len();
    let mut at = index;
    while wanted > 0 {
        let Some(before) = at.checked_sub(1) else { return false };
        at = before;
        match instrs[at].opcode {
            Opcode::NOP => {}
            opcode if loads_constant(opcode) => {
                wanted -= 1;
                found[wanted] = at;
            }
            _ => return false,
        }
    }
    true
}

fn fold_unary(instrs: &mut [CfgInstr], index: usize, consts: &mut ConstantTable) -> Result<(), FlowError> {
    let mut operand = [0; 1];
    if constant_operands(instrs, index, &mut operand) {
        let value = constant_of(&instrs[operand[0]], consts)?;
        if let Some(value) = fold::unary(instrs[index].opcode, &value) {
            instrs[operand[0]].erase_with_location();
            make_load(&mut instrs[index], value, consts);
        }
    }
    Ok(())
}

/// Takes the constants that the building instruction at `index` collects off the code.
fn take_items(
    instrs: &mut [CfgInstr],
    index: usize,
    consts: &ConstantTable,
) -> Result<Option<Vec<Constant>>, FlowError> {
    let mut places = [0; MAX_CONSTANT_ITEMS as usize];
    let count = instrs[index].operand;
    if count > MAX_CONSTANT_ITEMS || !constant_operands(instrs, index, &mut places[..count as usize]) {
        return Ok(None);
    }
    let places = &places[..count as usize];
    let items = places.iter().map(|&at| constant_of(&instrs[at], consts)).collect::<Result<_, _>>()?;
    places.iter().for_each(|&at| instrs[at].erase_with_location());
    Ok(Some(items))
}

fn fold_tuple(instrs: &mut [CfgInstr], index: usize, consts: &mut ConstantTable) -> Result<(), FlowError> {
    if let Some(items) = take_items(instrs, index, consts)? {
        make_load(&mut instrs[index], fold::tuple(items), consts);
    }
    Ok(())
}

/// A list or set display: one that is only iterated over or searched becomes a constant, one of constants is filled
/// from a constant.
fn fold_display(
    instrs: &mut [CfgInstr],
    index: usize,
    next_opcode: Opcode,
    consts: &mut ConstantTable,
) -> Result<(), FlowError> {
    let instr = instrs[index];
    let only_read = matches!(next_opcode, Opcode::GET_ITER | Opcode::CONTAINS_OP);
    if instr.operand > MAX_CONSTANT_ITEMS || (instr.operand < MIN_CONSTANT_ITEMS && !only_read) {
        return Ok(());
    }
    let Some(items) = take_items(instrs, index, consts)? else {
        if only_read && instr.opcode == Opcode::BUILD_LIST {
            instrs[index].opcode = Opcode::BUILD_TUPLE;
        }
        return Ok(());
    };
    let is_list = instr.opcode == Opcode::BUILD_LIST;
    let constant = consts.add(if is_list { fold::tuple(items) } else { fold::frozenset(items) });
    if only_read {
        instrs[index].set(Opcode::LOAD_CONST, constant);
    } else if index >= 2 {
        instrs[index - 2].set(instr.opcode, 0);
        instrs[index - 2].location = instr.location;
        instrs[index - 1].set(Opcode::LOAD_CONST, constant);
        instrs[index].set(if is_list { Opcode::LIST_EXTEND } else { Opcode::SET_UPDATE }, 1);
    }
    Ok(())
}

/// Takes `BUILD_LIST 0` (or `BUILD_SET 0`) and the pairs of a constant and an append before `end` off the code.
fn take_appended(
    instrs: &mut [CfgInstr],
    end: usize,
    (build, append): (Opcode, Opcode),
    consts: &ConstantTable,
) -> Result<Option<Vec<Constant>>, FlowError> {
    let mut expects_append = true;
    let mut start = None;
    for at in (0..end).rev() {
        let instr = instrs[at];
        if instr.opcode == Opcode::NOP {
            continue;
        }
        if expects_append && instr.opcode == build && instr.operand == 0 {
            start = Some(at);
            break;
        }
        let fits = if expects_append {
            instr.opcode == append && instr.operand == 1
        } else {
            loads_constant(instr.opcode)
        };
        if !fits {
            return Ok(None);
        }
        expects_append = !expects_append;
    }
    let Some(start) = start else { return Ok(None) };
    let mut items = Vec::with_capacity((end - start) / 2);
    for instr in &mut instrs[start..end] {
        if loads_constant(instr.opcode) {
            items.push(constant_of(instr, consts)?);
        }
        if instr.opcode != Opcode::NOP {
            instr.erase_with_location();
        }
    }
    Ok(Some(items))
}

const APPENDED_LIST: (Opcode, Opcode) = (Opcode::BUILD_LIST, Opcode::LIST_APPEND);
const APPENDED_SET: (Opcode, Opcode) = (Opcode::BUILD_SET, Opcode::SET_ADD);

/// A long tuple display, built as a list and converted at `index`.
fn fold_list_to_tuple(
    instrs: &mut [CfgInstr],
    index: usize,
    consts: &mut ConstantTable,
) -> Result<(), FlowError> {
    if let Some(items) = take_appended(instrs, index, APPENDED_LIST, consts)? {
        make_load(&mut instrs[index], fold::tuple(items), consts);
    }
    Ok(())
}

/// A long list or set display that is only iterated over or searched; `index` is its last append.
fn fold_appended(instrs: &mut [CfgInstr], index: usize, consts: &mut ConstantTable) -> Result<(), FlowError> {
    let is_list = instrs[index].opcode == Opcode::LIST_APPEND;
    let pair = if is_list { APPENDED_LIST } else { APPENDED_SET };
    if let Some(items) = take_appended(instrs, index + 1, pair, consts)? {
        let value = if is_list { fold::tuple(items) } else { fold::frozenset(items) };
        make_load(&mut instrs[index], value, consts);
    }
    Ok(())
}
