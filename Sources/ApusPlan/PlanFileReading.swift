package import ApusFiles
internal import ApusSections

extension PlanFile {
    /// The plan of a plan file, with a copy of its constants.
    public static func decode(_ bytes: [UInt8]) throws(PlanFileError) -> Plan {
        let contents = try unsafe decode(mapped: bytes.span.bytes)
        var plan = contents.plan
        plan.constants = AlignedBytes(bytes[contents.constants])
        return plan
    }

    /// The plan of a mapped plan file, and where its constants are.
    ///
    /// Whatever the bytes are, this ends with a plan whose instructions stay inside of their arenas, or with an error.
    ///
    /// - Parameter checkingConstants: whether the constants' checksum is compared too, for which all of them are read.
    ///   Damaged constants give wrong answers, but nothing worse.
    package static func decode(
        mapped bytes: RawSpan, checkingConstants: Bool = true
    ) throws(PlanFileError) -> Contents {
        let contents: Contents
        do throws(SectionError) {
            contents = try read(bytes, checkingConstants: checkingConstants)
        } catch { throw PlanFileError(error) }
        if let violation = contents.plan.violation(constantBytes: contents.constants.count) {
            throw .unsafe(violation)
        }
        return contents
    }

    /// The plan of a mapped plan file, with its constants left where they are: the file stays mapped as long as the plan, a copy of
    /// it or a session of it is there.
    ///
    /// - Throws: as ``decode(mapped:checkingConstants:)``, and where the file was cut short meanwhile.
    package static func decode(_ file: MappedFile) throws(PlanFileError) -> Plan {
        let contents: Contents
        do throws(PlanFileError) {
            contents = try file.withBytes { (bytes) throws(PlanFileError) in try decode(mapped: bytes) }
        } catch {
            // Then whatever else is wrong comes of that.
            throw file.isCutShort ? .cutShort : error
        }
        if file.isCutShort { throw .cutShort }
        var plan = contents.plan
        plan.constants = AlignedBytes(contents.constants, of: file)
        return plan
    }
}
