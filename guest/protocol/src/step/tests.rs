//! Tests of the important rows of the table, and of properties of the whole table.

use super::*;
use alloc::string::ToString;

const ALL: [Step; 34] = [
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
    Step::Pwd,
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
    Step::Rmd,
    Step::Retrieve,
    Step::Reception,
    Step::Attributes,
    Step::Quit,
];

/// The steps whose replies may say that a transfer has ended.
const OF_A_TRANSFER: [Step; 5] = [Step::Stor, Step::Transfer, Step::Confirmation, Step::Retrieve, Step::Reception];

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
fn a_late_answer_to_epsv_is_none_to_pasv() {
    assert_eq!(meaning(Step::Pasv, "229"), Meaning::OutOfStep);
    assert_eq!(meaning(Step::Epsv, "229"), Meaning::Done);
    assert_eq!(meaning(Step::Pasv, "227"), Meaning::Done);
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
fn a_listing_begins_with_125_or_150_and_ends_with_226_or_250() {
    for code in ["125", "150"] {
        assert_eq!(meaning(Step::Retrieve, code), Meaning::Done);
        assert_eq!(meaning(Step::Reception, code), Meaning::Wait);
    }
    for code in ["226", "250"] {
        assert_eq!(meaning(Step::Reception, code), Meaning::Done);
        assert_eq!(meaning(Step::Retrieve, code), Meaning::Unexpected);
    }
    for code in ["200", "202", "257", "299", "331"] {
        assert_eq!(meaning(Step::Reception, code), Meaning::Unexpected, "{code}");
    }
    for code in ["425", "426", "450", "451", "500", "502", "504", "550"] {
        assert_eq!(meaning(Step::Retrieve, code), Meaning::Refused, "{code}");
        assert_eq!(meaning(Step::Reception, code), Meaning::Refused, "{code}");
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
    use Step::{Attributes, Compare, Eprt, Epsv, Feat, Hash, Look, Mkd, Opts, Pasv, Pbsz, Port, Prot, Pwd, Size};
    let optional = [Attributes, Compare, Epsv, Eprt, Feat, Hash, Look, Mkd, Opts, Pasv, Pbsz, Port, Prot, Pwd, Size];
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
        let ends = OF_A_TRANSFER.contains(&step);
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
    let others = [Step::Stor, Step::Transfer, Step::Rest, Step::Rnfr, Step::Retrieve, Step::Reception];
    for step in ALL.into_iter().filter(|step| !others.contains(step)) {
        assert_eq!(meaning(step, "299"), Meaning::Done, "{step:?}");
    }
}

fn fitting(code: &str) -> alloc::vec::Vec<Step> {
    let code = Code::parse(code.as_bytes()).unwrap();
    ALL.into_iter().filter(|step| step.fits(code)).collect()
}

#[test]
fn a_code_that_names_its_command_fits_no_other() {
    assert_eq!(fitting("229"), [Step::Epsv]);
    assert_eq!(fitting("227"), [Step::Pasv]);
    assert_eq!(fitting("257"), [Step::Mkd, Step::Pwd]);
    assert_eq!(fitting("213"), [Step::Size, Step::Hash, Step::Look, Step::Compare, Step::Attributes]);
    assert_eq!(fitting("211"), [Step::Feat]);
    assert_eq!(fitting("226"), [Step::Stor, Step::Transfer, Step::Confirmation, Step::Reception]);
    for code in ["125", "150"] {
        assert_eq!(fitting(code), OF_A_TRANSFER);
    }
    assert_eq!(fitting("350"), [Step::Rest, Step::Rnfr]);
}

#[test]
fn a_refusal_fits_each_step_and_nothing_odd_fits_any() {
    for code in ["421", "450", "500", "502", "550", "553"] {
        assert_eq!(fitting(code).len(), ALL.len(), "{code}");
    }
    assert_eq!(fitting("426"), OF_A_TRANSFER);
    for code in ["299", "215", "300", "399"] {
        assert_eq!(fitting(code), [], "{code}");
    }
}

#[test]
fn the_step_after_a_refused_or_accepted_one_is_not_confused_with_it() {
    // Each pair of neighbours in a flight whose replies could be taken for each other is decided by a later one.
    let flight = [Step::Size, Step::Look, Step::Epsv, Step::Stor];
    let usual = ["213", "213", "229", "150"].map(|code| Code::parse(code.as_bytes()).unwrap());
    for lost in 0..3 {
        let replies = usual.iter().enumerate().filter(|(at, _)| *at != lost).map(|(_, code)| *code);
        assert!(!flight.iter().zip(replies).all(|(step, code)| step.fits(code)), "reply {lost} is lost");
        let twice =
            usual.iter().enumerate().flat_map(|(at, code)| core::iter::repeat_n(*code, 1 + usize::from(at == lost)));
        assert!(!flight.iter().zip(twice).all(|(step, code)| step.fits(code)), "reply {lost} comes twice");
    }
}
