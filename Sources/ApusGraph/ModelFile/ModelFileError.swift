package import ApusSections

/// What is wrong with a model file, or with a model that can't be written.
public struct ModelFileError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// The bytes are not a model file.
        case notAModelFile
        /// The file is of a version that this program can't read, or has what a newer version added.
        case unknownVersion
        /// The file is cut short or has changed.
        case damaged
        /// The graph of the file is wrong.
        case wrongGraph
        /// The model's weights do not belong to its graph.
        case wrongWeights
        /// What the file holds takes more memory than it is given.
        case tooLarge
    }

    public var kind: Kind
    public var message: String
    public var remedy: String

    public init(_ kind: Kind, _ message: String, remedy: String) {
        self.kind = kind
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(message); \(remedy)" }

    static func damaged(_ message: String) -> ModelFileError {
        ModelFileError(
            .damaged, "the model file is damaged: \(message)", remedy: "copy or export the model again")
    }

    static func unknown(_ what: String) -> ModelFileError {
        ModelFileError(
            .unknownVersion, "the model file has \(what), which this program doesn't know",
            remedy: "use a newer version of apus, or export the model again with this one")
    }

    package init(_ error: SectionError) {
        switch error {
        case .wrongMagic:
            self.init(
                .notAModelFile, "this is not a model file",
                remedy: "give a file that apus-train or apus-export has written, *.apus")
        case .otherVersion(let found, let expected):
            self.init(
                .unknownVersion, "the model file is of version \(found), and this program reads version \(expected)",
                remedy: found > expected ? "use a newer version of apus" : "export the model again")
        case .truncated(_, _, let part): self = .damaged("the bytes end too early in \(part)")
        case .checksumDiffers(let part): self = .damaged("the checksum of its \(part) does not match")
        case .invalid(let what, let offset): self = .damaged("\(what), at byte \(offset)")
        case .unknown(let what): self = .unknown(what)
        case .missing(let section): self = .damaged("it has no section '\(section)'")
        }
    }
}
