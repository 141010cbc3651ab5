//! Certificates made for one test: good ones, and ones that are wrong in one respect each.
//!
//! Only values: nothing here opens a socket or judges a certificate. Keys are on P-256, which every server can read.
//! Next: `tls_server.rs`, which shows such a certificate to the program.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64ct::{Base64, Encoding};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PublicKeyData};
use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose, date_time_ymd};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};

/// A certificate authority that nobody knows who is not told about it.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// One with a name of its own.
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let name = format!("Authority {}", &pin_of(&key)[7..19]);
        Self::of(&name, key)
    }

    /// One with this name, which others may have too.
    pub fn named(name: &str) -> Self {
        Self::of(name, KeyPair::generate().expect("a key"))
    }

    fn of(name: &str, key: KeyPair) -> Self {
        let issuer = CertifiedIssuer::self_signed(of_an_authority(name), key);
        Self { issuer: issuer.expect("a certificate of an authority") }
    }

    /// What those are told who are to trust it.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// The same, for a server that asks its clients for certificates.
    pub fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect("a certificate of an authority");
        roots
    }

    /// Certifies a server of these names, DNS names or addresses, from now on for a year.
    pub fn issue(&self, names: &[&str]) -> Identity {
        self.certify(valid(names, -HOUR, YEAR), ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Certifies a server that is named only where nobody looks any more, in the subject (RFC 9525 §2).
    pub fn issue_by_common_name(&self, name: &str) -> Identity {
        let mut params = valid(&[], -HOUR, YEAR);
        params.distinguished_name.push(DnType::CommonName, name);
        self.certify(params, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Certifies a server until an hour ago.
    pub fn issue_expired(&self, names: &[&str]) -> Identity {
        self.certify(valid(names, -YEAR, -HOUR), ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Certifies a server from tomorrow on.
    pub fn issue_for_later(&self, names: &[&str]) -> Identity {
        self.certify(valid(names, 24 * HOUR, YEAR), ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Certifies another authority, which is to be trusted because of this one.
    pub fn issue_authority(&self, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::signed_by(of_an_authority(name), key, &self.issuer);
        Self { issuer: issuer.expect("a certificate of an authority") }
    }

    /// Certifies a client.
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
    /// The certificate; alone, unless it was put before the authority's.
    pub certificate_pem: String,
    /// The private key, PKCS #8.
    pub key_pem: String,
    pin: String,
}

impl Identity {
    /// One that vouches for itself.
    pub fn self_signed(names: &[&str]) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = valid(names, -HOUR, YEAR).self_signed(&key).expect("a certificate");
        Self::of(&certificate, &key)
    }

    /// One that vouches for itself and for whomever it likes, as `openssl req -x509` makes them.
    pub fn self_signed_authority(names: &[&str]) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = valid(names, -HOUR, YEAR);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self::of(&params.self_signed(&key).expect("a certificate"), &key)
    }

    /// The same, out of date.
    pub fn self_signed_authority_until_an_hour_ago(names: &[&str]) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = valid(names, -YEAR, -HOUR);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self::of(&params.self_signed(&key).expect("a certificate"), &key)
    }

    /// The same, shown together with the certificate of whoever issued it.
    pub fn followed_by(&self, authority: &Authority) -> Self {
        Self { certificate_pem: self.certificate_pem.clone() + &authority.pem(), ..self.clone() }
    }

    /// What is left of this certificate when it is put beside another key.
    pub fn with_key_of(&self, other: &Identity) -> Self {
        Self { key_pem: other.key_pem.clone(), ..self.clone() }
    }

    /// With something that is no certificate in its place.
    pub fn garbled(&self) -> Self {
        let certificate_pem =
            self.certificate_pem.replace("-----BEGIN CERTIFICATE-----\nMII", "-----BEGIN CERTIFICATE-----\nMIX");
        Self { certificate_pem, ..self.clone() }
    }

    fn of(certificate: &rcgen::Certificate, key: &KeyPair) -> Self {
        Self { certificate_pem: certificate.pem(), key_pem: key.serialize_pem(), pin: pin_of(key) }
    }

    /// What `--pin` takes: `sha256:` and the SHA-256 of the SubjectPublicKeyInfo in Base64.
    pub fn pin(&self) -> String {
        self.pin.clone()
    }

    /// The certificates that a server shows.
    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        let certificates = CertificateDer::pem_slice_iter(self.certificate_pem.as_bytes());
        certificates.map(|certificate| certificate.expect("PEM that was just made")).collect()
    }

    /// The private key.
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

/// A certificate of these names, from and to so many seconds from now.
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
