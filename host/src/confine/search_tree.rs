//! A seccomp filter that finds a system call's number by halving. A list, as seccompiler makes it, holds up every start:
//! the kernel asks a new filter about each number that there is (measured: a quarter of a millisecond, against 0.04).
//!
//! Which calls are allowed is `system_calls.rs`; the conditions on arguments are compiled by seccompiler.

use std::collections::BTreeMap;

use libc::{BPF_ABS, BPF_JA, BPF_JGE, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, SeccompRule, TargetArch, sock_filter};

/// What is done about system calls.
pub(super) struct SearchTree {
    /// For each call that is allowed the conditions of which one has to hold; none for one that is allowed always.
    pub(super) allowed: BTreeMap<u32, Vec<SeccompRule>>,
    /// The answer to all others.
    pub(super) refusal: SeccompAction,
}

/// A range of numbers begins here, and this is done about all of them.
type Range = (u32, BpfProgram);

impl SearchTree {
    /// The filter, which ends a process that makes calls of another architecture: their numbers mean something else.
    pub(super) fn compile(&self, architecture: TargetArch) -> Result<BpfProgram, seccompiler::BackendError> {
        // Without rules, it is the test of the architecture, and one return.
        let test = SeccompFilter::new(BTreeMap::new(), self.refusal.clone(), SeccompAction::Allow, architecture)?;
        let mut program: BpfProgram = test.try_into()?;
        program.pop();
        // The number is the first field of `struct seccomp_data`.
        program.push(statement(BPF_LD | BPF_W | BPF_ABS, 0));
        program.extend(search(&self.ranges()));
        Ok(program)
    }

    /// Every number is in one of them.
    fn ranges(&self) -> Vec<Range> {
        let mut ranges: Vec<Range> = vec![(0, self.refuse())];
        for (&number, rules) in &self.allowed {
            // The number before has ended with a range from this one on.
            ranges.pop_if(|(start, _)| *start == number);
            let done = self.decide(rules);
            if ranges.last().is_none_or(|(_, before)| *before != done) {
                ranges.push((number, done));
            }
            ranges.push((number + 1, self.refuse()));
        }
        ranges
    }

    fn decide(&self, rules: &[SeccompRule]) -> BpfProgram {
        let allow = statement(BPF_RET | BPF_K, SeccompAction::Allow.into());
        if rules.is_empty() {
            return vec![allow];
        }
        let one_of = rules.iter().flat_map(|rule| BpfProgram::from(rule.clone()).into_iter().chain([allow.clone()]));
        one_of.chain(self.refuse()).collect()
    }

    fn refuse(&self) -> BpfProgram {
        vec![statement(BPF_RET | BPF_K, self.refusal.clone().into())]
    }
}

/// Goes to the range in which the number is, and does what is done there.
fn search(ranges: &[Range]) -> BpfProgram {
    let (left, right) = match ranges {
        [] => return BpfProgram::new(),
        [(_, only)] => return only.clone(),
        several => several.split_at(several.len() / 2),
    };
    let (first, left) = (right[0].0, search(left));
    // Two jumps, because only one without a condition reaches far.
    let mut program = vec![
        sock_filter { jf: 1, ..statement(BPF_JMP | BPF_JGE | BPF_K, first) },
        statement(BPF_JMP | BPF_JA, u32::try_from(left.len()).unwrap_or(u32::MAX)),
    ];
    program.extend(left);
    program.extend(search(right));
    program
}

fn statement(code: u32, value: u32) -> sock_filter {
    // Codes are made of a few bits each; the kernel refuses a program with others.
    sock_filter { code: u16::try_from(code).unwrap_or(u16::MAX), jt: 0, jf: 0, k: value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a filter without conditions on arguments does about a system call.
    fn run(program: &BpfProgram, architecture: u32, number: u32) -> u32 {
        let (mut at, mut value) = (0, 0);
        loop {
            let sock_filter { code, jt, jf, k } = &program[at];
            at += 1;
            let goes = match u32::from(*code) {
                code if code == BPF_LD | BPF_W | BPF_ABS => {
                    value = if *k == 0 { number } else { architecture };
                    continue;
                }
                code if code == BPF_RET | BPF_K => return *k,
                code if code == BPF_JMP | BPF_JA => {
                    at += *k as usize;
                    continue;
                }
                code if code == BPF_JMP | BPF_JGE | BPF_K => value >= *k,
                code if code == BPF_JMP | libc::BPF_JEQ | BPF_K => value == *k,
                code => panic!("{code:#x}"),
            };
            at += usize::from(if goes { *jt } else { *jf });
        }
    }

    /// `<linux/audit.h>`, AUDIT_ARCH_X86_64.
    const X86_64: u32 = 0xc000_003e;

    fn tree(numbers: &[u32]) -> BpfProgram {
        let allowed = numbers.iter().map(|&number| (number, Vec::new())).collect();
        SearchTree { allowed, refusal: SeccompAction::Errno(38) }.compile(TargetArch::x86_64).unwrap()
    }

    #[test]
    fn just_the_numbers_that_are_allowed_are_found() {
        for numbers in [&[][..], &[0], &[7], &[0, 1, 2, 5, 6, 100, 231, 449], &[1, 3, 5, 7, 9, 11, 13]] {
            let program = tree(numbers);
            for number in (0..600).chain([u32::MAX, 0x4000_0000, 0x4000_0001]) {
                let allowed = run(&program, X86_64, number) == u32::from(SeccompAction::Allow);
                assert_eq!(allowed, numbers.contains(&number), "{number} of {numbers:?}");
            }
        }
    }

    #[test]
    fn numbers_of_another_architecture_are_not_even_looked_at() {
        assert_eq!(run(&tree(&[1]), 0x4000_0003, 1), u32::from(SeccompAction::KillProcess));
    }
}
