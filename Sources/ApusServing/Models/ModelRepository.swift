internal import ApusGraph
internal import Synchronization

/// Where a model is, and what it is called.
package struct ModelSource: Sendable, Equatable {
    package var name: String
    package var version: String
    package var path: String

    package init(name: String, version: String, path: String) {
        self.name = name
        self.version = version
        self.path = path
    }

    /// Reads `NAME=PATH`, `NAME:VERSION=PATH`, or a path, of whose last part the name is made: `models/mnist-cnn.apus` is `mnist-cnn`.
    package init?(argument: String) {
        var name: Substring?
        var version: Substring = "1"
        var path = Substring(argument)
        if let equals = argument.firstIndex(of: "="), !argument[..<equals].contains("/") {
            path = argument[argument.index(after: equals)...]
            let given = argument[..<equals]
            let colon = given.lastIndex(of: ":") ?? given.endIndex
            name = given[..<colon]
            if colon < given.endIndex { version = given[given.index(after: colon)...] }
        }
        let last = path.split(separator: "/").last ?? ""
        let stem = last.lastIndex(of: ".").map { last[..<$0] } ?? last
        let chosen = String(name ?? stem)
        guard !path.isEmpty, Self.isName(chosen), Self.isVersion(String(version)) else { return nil }
        self.init(name: chosen, version: String(version), path: String(path))
    }

    /// Whether a text can be a part of an address: letters, digits, and `.`, `_` and `-` within.
    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "."), text.utf8.count <= 128 else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    /// A version is a whole number above 0.
    package static func isVersion(_ text: String) -> Bool {
        guard let number = UInt32(text) else { return false }
        return number > 0 && String(number) == text
    }

    var number: UInt32 { UInt32(version) ?? 0 }
}

/// The models that are served, and those that could be.
package final class ModelRepository: Sendable {
    /// A model and what became of it.
    package struct Entry: Sendable {
        package var source: ModelSource
        package var model: ServedModel?
        /// Why there is none.
        package var reason: String
    }

    private let entries: Mutex<[String: [Entry]]>
    /// Finds what there is: the command line's models, and what a folder has now.
    private let find: @Sendable () -> [ModelSource]
    private let read: @Sendable (ModelSource) throws -> ServableFile
    private let options: ServingOptions
    /// One load or unload at a time.
    private let changes = Mutex(())

    /// - Parameters:
    ///   - find: the sources that there are now; asked when models are loaded.
    ///   - read: reads a file; its errors' texts are told.
    package init(
        options: ServingOptions, find: @escaping @Sendable () -> [ModelSource],
        read: @escaping @Sendable (ModelSource) throws -> ServableFile
    ) {
        self.options = options
        self.find = find
        self.read = read
        entries = Mutex([:])
    }

    /// A model that is served; an empty version asks for the newest.
    package func model(named name: String, version: String = "") throws(RequestError) -> ServedModel {
        let versions = entries.withLock { $0[name] }
        guard let versions else {
            let near = nearName(to: name, among: entries.withLock { Array($0.keys) })
            throw RequestError(
                // Triton's clients know it by its first words.
                .notFound,
                "Request for unknown model: there is no model '\(name)'"
                    + (near.map { "; did you mean '\($0)'?" } ?? ""))
        }
        if version.isEmpty {
            guard let model = versions.last(where: { $0.model != nil })?.model else {
                throw RequestError(.unavailable, "the model '\(name)' is not loaded: \(versions.last?.reason ?? "")")
            }
            return model
        }
        guard let entry = versions.first(where: { $0.source.version == version }) else {
            let known = versions.map(\.source.version).joined(separator: ", ")
            throw RequestError(.notFound, "the model '\(name)' has no version '\(version)'; it has \(known)")
        }
        guard let model = entry.model else {
            throw RequestError(.unavailable, "the model '\(name)' version \(version) is not loaded: \(entry.reason)")
        }
        return model
    }

    /// All that there is, by name and version.
    package var all: [Entry] {
        entries.withLock { $0 }.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    /// The versions of a model that are served.
    package func versions(of name: String) -> [String] {
        entries.withLock { $0[name] ?? [] }.filter { $0.model != nil }.map(\.source.version)
    }

    /// Loads all versions of a model beside those that are served, and then puts them in their place. Requests that are under way end on
    /// what they began with.
    ///
    /// - Throws: the first error; a model that can't be loaded stays what it was.
    package func load() throws(RequestError) { try load(nil, ModelOverride()) }

    /// Loads all versions of one model likewise.
    ///
    /// - Parameter wanted: what is to be otherwise, until the model is loaded the next time.
    package func load(_ name: String, with wanted: ModelOverride = ModelOverride()) throws(RequestError) {
        do { try load(Optional(name), wanted) } catch {
            throw RequestError(error.kind, "failed to load '\(name)': \(error.description)")
        }
    }

    private func load(_ name: String?, _ wanted: ModelOverride) throws(RequestError) {
        var error: RequestError?
        changes.withLock { _ in
            let sources = find().filter { name == nil || $0.name == name }
            if name != nil, sources.isEmpty {
                error = RequestError(
                    .notFound, "there is no such model among those of the command line and of --repository")
                return
            }
            for (name, sources) in Dictionary(grouping: sources, by: \.name).sorted(by: { $0.key < $1.key }) {
                var failed: RequestError?
                var made: [Entry] = []
                for source in sources.sorted(by: { $0.number < $1.number }) {
                    do throws(RequestError) {
                        made.append(Entry(source: source, model: try make(source, wanted), reason: ""))
                    } catch {
                        failed = failed ?? error
                        made.append(Entry(source: source, model: nil, reason: error.description))
                    }
                }
                error = error ?? failed
                let fresh = made
                entries.withLock { entries in
                    let old = entries[name] ?? []
                    entries[name] = fresh.map { entry in
                        guard entry.model == nil,
                            let kept = old.first(where: { $0.source.version == entry.source.version })
                        else { return entry }
                        return Entry(source: entry.source, model: kept.model, reason: entry.reason)
                    }
                }
            }
        }
        if let error { throw error }
    }

    private func make(_ source: ModelSource, _ wanted: ModelOverride) throws(RequestError) -> ServedModel {
        let options = try wanted.options(self.options)
        let file: ServableFile
        do { file = try read(source) } catch {
            throw error as? RequestError ?? RequestError(.failed, "\(error)")
        }
        let model = try ServedModel(
            file, name: source.name, version: source.version, path: source.path, options: options)
        try wanted.check(model, options)
        return model
    }

    /// Serves a model no more. Requests that are under way are answered.
    package func unload(_ name: String) throws(RequestError) {
        let isKnown = changes.withLock { _ in
            entries.withLock { entries in
                guard let old = entries[name] else { return false }
                entries[name] = old.map { Entry(source: $0.source, model: nil, reason: "it was unloaded") }
                return true
            }
        }
        guard isKnown else { throw RequestError(.notFound, "there is no model '\(name)'") }
    }
}
