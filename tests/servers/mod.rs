//! Uploads to real servers, with the bytes compared, and the guarantees of a delivery to each of them.

mod active_mode;
mod no_false_failure;
mod no_false_success;
mod no_good_file_lost;
mod reasons;
mod refusals;
mod uploads;
mod whole_files_are_left;
