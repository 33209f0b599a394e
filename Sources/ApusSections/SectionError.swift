/// Why bytes are not a file of sections, or a section is not what it should be. Each format makes an error of its own of it,
/// with a remedy.
package enum SectionError: Error, Equatable, Sendable {
    /// The bytes don't start as a file of the format does.
    case wrongMagic
    /// The major version is another one.
    case otherVersion(found: Int, expected: Int)
    /// The bytes end too soon.
    case truncated(at: Int, needed: Int, while: String)
    /// The bytes of a part are not those that were written.
    case checksumDiffers(part: String)
    /// A number or name is one that no file has.
    case invalid(what: String, at: Int)
    /// The file needs what this program doesn't know: it is of a newer minor version.
    case unknown(what: String)
    /// A section that each file of the format has is not there.
    case missing(section: String)
}
