//! Certificates made for one test: valid ones, and ones with a single defect each.
//!
//! This file neither opens sockets nor verifies certificates. Keys are on P-256, which every server can read.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64ct::{Base64, Encoding};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PublicKeyData};
use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose, date_time_ymd};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};

/// A certificate authority that is trusted only if it is named explicitly.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// Makes an authority with a unique name.
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let name = format!("Authority {}", &pin_of(&key)[7..19]);
        Self::of(&name, key)
    }

    /// Makes an authority with this name, which other authorities may have, too.
    pub fn named(name: &str) -> Self {
        Self::of(name, KeyPair::generate().expect("a key"))
    }

    fn of(name: &str, key: KeyPair) -> Self {
        let issuer = CertifiedIssuer::self_signed(of_an_authority(name), key);
        Self { issuer: issuer.expect("a certificate of an authority") }
    }

    /// Returns the certificate as PEM, for `--ca-file`.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Returns the certificate as a root store, for a server that asks its clients for certificates.
    pub fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect("a certificate of an authority");
        roots
    }

    /// Issues a server certificate for these DNS names and addresses, valid for a year from now.
    pub fn issue(&self, names: &[&str]) -> Identity {
        self.certify(valid(names, -HOUR, YEAR), ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Issues a server certificate that has its name only in the subject, which clients no longer check (RFC 9525 §2).
    pub fn issue_by_common_name(&self, name: &str) -> Identity {
        let mut params = valid(&[], -HOUR, YEAR);
        params.distinguished_name.push(DnType::CommonName, name);
        self.certify(params, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Issues a server certificate that expired an hour ago.
    pub fn issue_expired(&self, names: &[&str]) -> Identity {
        self.certify(valid(names, -YEAR, -HOUR), ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Issues a server certificate that becomes valid tomorrow.
    pub fn issue_for_later(&self, names: &[&str]) -> Identity {
        self.certify(valid(names, 24 * HOUR, YEAR), ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Issues the certificate of an intermediate authority.
    pub fn issue_authority(&self, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::signed_by(of_an_authority(name), key, &self.issuer);
        Self { issuer: issuer.expect("a certificate of an authority") }
    }

    /// Issues a client certificate.
    pub fn issue_client(&self, name: &str) -> Identity {
        self.certify(valid(&[name], -HOUR, YEAR), ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn certify(&self, mut params: CertificateParams, purpose: ExtendedKeyUsagePurpose) -> Identity {
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Identity::of(&certificate, &key)
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

/// A certificate and its key, as PEM for files and as DER for rustls.
#[derive(Clone)]
pub struct Identity {
    /// The certificate, followed by that of the authority if [`Self::followed_by`] was called.
    pub certificate_pem: String,
    /// The private key, PKCS #8.
    pub key_pem: String,
    pin: String,
}

impl Identity {
    /// Makes a self-signed certificate.
    pub fn self_signed(names: &[&str]) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = valid(names, -HOUR, YEAR).self_signed(&key).expect("a certificate");
        Self::of(&certificate, &key)
    }

    /// Makes a self-signed certificate of an authority, as `openssl req -x509` does.
    pub fn self_signed_authority(names: &[&str]) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = valid(names, -HOUR, YEAR);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self::of(&params.self_signed(&key).expect("a certificate"), &key)
    }

    /// Makes a self-signed certificate of an authority that expired an hour ago.
    pub fn self_signed_authority_until_an_hour_ago(names: &[&str]) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = valid(names, -YEAR, -HOUR);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self::of(&params.self_signed(&key).expect("a certificate"), &key)
    }

    /// Returns the same identity with the certificate of the authority that issued it appended.
    pub fn followed_by(&self, authority: &Authority) -> Self {
        Self { certificate_pem: self.certificate_pem.clone() + &authority.pem(), ..self.clone() }
    }

    /// Returns this certificate with the key of another identity, which does not match.
    pub fn with_key_of(&self, other: &Identity) -> Self {
        Self { key_pem: other.key_pem.clone(), ..self.clone() }
    }

    /// Returns the same identity with a certificate that cannot be parsed.
    pub fn garbled(&self) -> Self {
        let certificate_pem =
            self.certificate_pem.replace("-----BEGIN CERTIFICATE-----\nMII", "-----BEGIN CERTIFICATE-----\nMIX");
        Self { certificate_pem, ..self.clone() }
    }

    fn of(certificate: &rcgen::Certificate, key: &KeyPair) -> Self {
        Self { certificate_pem: certificate.pem(), key_pem: key.serialize_pem(), pin: pin_of(key) }
    }

    /// Returns the value for `--pin`: `sha256:` and the SHA-256 of the SubjectPublicKeyInfo in Base64.
    pub fn pin(&self) -> String {
        self.pin.clone()
    }

    /// Returns the certificates that a server shows.
    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        let certificates = CertificateDer::pem_slice_iter(self.certificate_pem.as_bytes());
        certificates.map(|certificate| certificate.expect("PEM that was just made")).collect()
    }

    /// Returns the private key.
    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes()).expect("PEM that was just made")
    }
}

fn of_an_authority(name: &str) -> CertificateParams {
    let mut params = valid(&[], -HOUR, YEAR);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Parameters of a certificate for these names. `from` and `to` limit its validity, in seconds from now.
fn valid(names: &[&str], from: i64, to: i64) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let common_name = names.first().cloned().unwrap_or_default();
    let mut params = CertificateParams::new(names).expect("names that a certificate can hold");
    params.distinguished_name = rcgen::DistinguishedName::new();
    if !common_name.is_empty() {
        params.distinguished_name.push(DnType::CommonName, common_name);
    }
    let seconds = |offset| Duration::from_secs(now().saturating_add_signed(offset));
    params.not_before = date_time_ymd(1970, 1, 1) + seconds(from);
    params.not_after = date_time_ymd(1970, 1, 1) + seconds(to);
    params
}

fn pin_of(key: &KeyPair) -> String {
    let digest = Sha256::digest(key.subject_public_key_info());
    format!("sha256:{}", Base64::encode_string(&digest))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock that is set").as_secs()
}

const HOUR: i64 = 3600;
const YEAR: i64 = 365 * 24 * HOUR;
