//! Uploads to real servers: the stored bytes are compared, and every guarantee of a delivery is tested on each server.

mod active_mode;
mod no_false_failure;
mod no_false_success;
mod no_good_file_lost;
mod reasons;
mod refusals;
mod skip_existing;
mod uploads;
mod whole_files_are_left;
