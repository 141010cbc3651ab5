//! Tests of the important rows of the table, and of properties of the whole table.

use super::*;
use alloc::string::ToString;

const ALL: [Step; 30] = [
    Step::Greeting,
    Step::Auth,
    Step::Pbsz,
    Step::Prot,
    Step::User,
    Step::Pass,
    Step::Acct,
    Step::Opts,
    Step::Site,
    Step::Feat,
    Step::Cwd,
    Step::Mkd,
    Step::Type,
    Step::Epsv,
    Step::Pasv,
    Step::Eprt,
    Step::Port,
    Step::Rest,
    Step::Stor,
    Step::Transfer,
    Step::Confirmation,
    Step::Size,
    Step::Hash,
    Step::Look,
    Step::Compare,
    Step::Rnfr,
    Step::Rnto,
    Step::Dele,
    Step::Attributes,
    Step::Quit,
];

fn meaning(step: Step, code: &str) -> Meaning {
    step.meaning(Code::parse(code.as_bytes()).unwrap())
}

#[test]
fn a_greeting_of_120_waits_and_220_is_done() {
    assert_eq!(meaning(Step::Greeting, "120"), Meaning::Wait);
    assert_eq!(meaning(Step::Greeting, "220"), Meaning::Done);
}

#[test]
fn a_user_may_be_logged_in_at_once_or_asked_for_password_or_account() {
    assert_eq!(meaning(Step::User, "230"), Meaning::Done);
    assert_eq!(meaning(Step::User, "331"), Meaning::NeedPassword);
    assert_eq!(meaning(Step::User, "332"), Meaning::NeedAccount);
    assert_eq!(meaning(Step::Pass, "332"), Meaning::NeedAccount);
    assert_eq!(meaning(Step::Pass, "331"), Meaning::Unexpected);
}

#[test]
fn tls_begins_after_a_completion_and_after_nothing_else() {
    assert_eq!(meaning(Step::Auth, "234"), Meaning::Done);
    // 334 is for mechanisms that exchange data first (RFC 2228 §3); TLS is not one of them.
    for code in ["334", "331", "431", "500", "502", "504", "530", "534"] {
        assert_ne!(meaning(Step::Auth, code), Meaning::Done, "{code}");
    }
}

#[test]
fn data_may_flow_after_125_and_150_and_after_nothing_else() {
    assert_eq!(meaning(Step::Stor, "125"), Meaning::Done);
    assert_eq!(meaning(Step::Stor, "150"), Meaning::Done);
    for code in ["200", "226", "250", "350", "450", "553"] {
        assert_ne!(meaning(Step::Stor, code), Meaning::Done, "{code}");
    }
}

#[test]
fn a_beginning_is_agreed_to_with_350() {
    for step in [Step::Rest, Step::Rnfr] {
        assert_eq!(meaning(step, "350"), Meaning::Done);
        assert_eq!(meaning(step, "250"), Meaning::Refused);
    }
    assert_eq!(meaning(Step::Rnto, "350"), Meaning::Unexpected);
}

#[test]
fn success_before_the_last_byte_is_no_success() {
    for code in ["200", "226", "250", "299"] {
        assert_eq!(meaning(Step::Transfer, code), Meaning::EarlySuccess);
        assert_eq!(meaning(Step::Confirmation, code), Meaning::Done);
    }
}

#[test]
fn every_4xx_and_5xx_is_a_refusal() {
    for step in ALL {
        for code in (400..600).filter(|&code| code != 426) {
            assert_eq!(meaning(step, &code.to_string()), Meaning::Refused, "{step:?} {code}");
        }
    }
}

#[test]
fn an_unexpected_code_is_a_refusal_where_the_step_is_optional() {
    use Step::{Attributes, Compare, Eprt, Epsv, Feat, Hash, Look, Mkd, Opts, Pasv, Pbsz, Port, Prot, Size};
    let optional = [Attributes, Compare, Epsv, Eprt, Feat, Hash, Look, Mkd, Opts, Pasv, Pbsz, Port, Prot, Size];
    for step in ALL.into_iter().filter(|step| !matches!(step, Step::User | Step::Rest | Step::Rnfr)) {
        let odd = if optional.contains(&step) { Meaning::Refused } else { Meaning::Unexpected };
        for code in ["300", "314", "331", "350", "399"] {
            assert_eq!(meaning(step, code), odd, "{step:?} {code}");
        }
    }
}

#[test]
fn the_end_of_a_transfer_answers_no_other_command() {
    for step in ALL {
        let ends = matches!(step, Step::Stor | Step::Transfer | Step::Confirmation);
        for code in ["226", "426"] {
            assert_eq!(meaning(step, code) != Meaning::OutOfStep, ends, "{step:?} {code}");
        }
        assert_ne!(meaning(step, "425"), Meaning::OutOfStep);
    }
}

#[test]
fn attributes_are_not_set_by_a_server_that_calls_that_superfluous() {
    assert_eq!(meaning(Step::Attributes, "202"), Meaning::Refused);
    assert_eq!(meaning(Step::Attributes, "200"), Meaning::Done);
    // Some servers send it to `OPTS UTF8 ON`, because they always use UTF-8.
    assert_eq!(meaning(Step::Opts, "202"), Meaning::Done);
}

#[test]
fn unknown_2xx_codes_complete_the_steps_that_a_2xx_can_complete() {
    let others = [Step::Stor, Step::Transfer, Step::Rest, Step::Rnfr];
    for step in ALL.into_iter().filter(|step| !others.contains(step)) {
        assert_eq!(meaning(step, "299"), Meaning::Done, "{step:?}");
    }
}
