/// The version of a format.
package struct FormatVersion: Sendable, Equatable, CustomStringConvertible {
    /// Rises where old readers would misread a file.
    package var major: Int
    /// Rises where something is added that old readers skip, or refuse by its name.
    package var minor: Int

    package init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    package var description: String { "\(major).\(minor)" }
}

/// A kind of files that are made of sections: see ``SectionTable`` for how they lie in a file.
package struct SectionFormat: Sendable {
    /// What a file of it holds: "plan".
    package let content: String
    /// The first eight bytes.
    package let magic: [UInt8]
    /// What is written.
    package let version: FormatVersion
    /// The names of the sections of kind 1, 2 and so on.
    package let sections: [String]

    package init(content: String, magic: [UInt8], version: FormatVersion, sections: [String]) {
        self.content = content
        self.magic = magic
        self.version = version
        self.sections = sections
    }

    /// Whether bytes begin as a file of this format does.
    package func matches(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount >= magic.count else { return false }
        for index in magic.indices where bytes.byte(at: index) != magic[index] { return false }
        return true
    }

    /// The name of the sections of a kind; nil where this program knows none.
    package func name(of kind: UInt32) -> String? {
        kind >= 1 && kind <= sections.count ? sections[Int(kind) - 1] : nil
    }

    /// What a section is called in errors.
    package func title(of kind: UInt32) -> String { name(of: kind) ?? "section \(kind)" }
}
