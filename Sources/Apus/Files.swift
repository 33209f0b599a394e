public import ApusFiles
public import ApusGraph
public import ApusPlan
import ApusSections

/// Why a file can't be read or written.
public enum LoadingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system can't read or write it.
    case file(FileError)
    /// What it holds is not a plan that can be run.
    case plan(PlanFileError, path: String)
    /// What it holds is not a model, or the model can't be stored.
    case model(ModelFileError, path: String)

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .plan(let error, let path): "\(path): \(error)"
        case .model(let error, let path): "\(path): \(error)"
        }
    }
}

extension Plan {
    /// The plan of a file. The file is mapped: its constants are not copied, and the plan, its copies and their sessions share
    /// them, also with other processes. Only a file of up to 64 KiB is copied as a whole.
    ///
    /// A file that is replaced by a rename, as ``write(to:)`` does, stays whole as long as it is mapped. One that is cut short ends the
    /// process by SIGBUS, unless the program called ``catchShortenedFiles()``.
    public init(contentsOf path: String) throws(LoadingError) {
        let mapped: MappedFile?
        do { mapped = try MappedFile(path) } catch { throw .file(error) }
        do {
            if let mapped {
                self = try PlanFile.decode(mapped)
                return
            }
        } catch { throw .plan(error, path: path) }
        // A pipe, for example, can't be mapped.
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw .file(error) }
        do { self = try PlanFile.decode(bytes) } catch { throw .plan(error, path: path) }
    }

    /// From now on, a plan's file that somebody cuts short while it is mapped gives errors: `PlanFileError.cutShort` where it is
    /// read, and `SessionError.fileCutShort` at the end of the run that it spoiled.
    ///
    /// For this the process gets a handler of SIGBUS, which is why a program asks for it. Signals that have other causes go to the
    /// handler that was there before. It can be called at any time, from any thread, and more than once.
    public static func catchShortenedFiles() { MappedFile.catchShortening() }

    /// Writes a file that ``init(contentsOf:)`` reads. It appears whole, or not at all.
    public func write(to path: String) throws(LoadingError) {
        do { try PlanFile.write(self, to: path) } catch { throw .file(error) }
    }
}

extension Model {
    /// The model of a file.
    public init(contentsOf path: String) throws(LoadingError) {
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw .file(error) }
        do { self = try ModelFile.decode(bytes) } catch { throw .model(error, path: path) }
    }

    /// Writes a file that ``init(contentsOf:)`` reads. It appears whole, or not at all.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - weights: how parameters are stored.
    /// - Throws: ``LoadingError`` where the model can't be stored, or the system can't write the file.
    public func write(to path: String, weights: ModelFile.WeightFormat = .f32) throws(LoadingError) {
        let file: SectionFile
        do { file = try ModelFile.file(of: self, weights: weights) } catch { throw .model(error, path: path) }
        do { try file.write(to: path) } catch { throw .file(error) }
    }
}
