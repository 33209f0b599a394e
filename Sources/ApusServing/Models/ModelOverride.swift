import ApusJSON

/// What a request to load a model wants otherwise than the server has it.
package struct ModelOverride: Sendable, Equatable {
    /// The largest batch; nil leaves the server's.
    package let maximumBatch: Int?
    /// What else the configuration has, which can't be changed.
    private let others: [JSONValue.Member]

    /// Nothing else than the server has.
    package init() {
        maximumBatch = nil
        others = []
    }

    /// The configuration in a request's parameter `config`: JSON, of which `max_batch_size` has an effect, as a number or as a string
    /// with one.
    package init(configuration text: String) throws(RequestError) {
        let value: JSONValue
        do { value = try JSONValue(parsing: text) } catch {
            throw .invalid("the configuration is not JSON: \(error.description)")
        }
        guard case .object(let members) = value else { throw .invalid("the configuration is no object of JSON") }
        if let size = value["max_batch_size"] {
            guard let number = size.integerValue ?? size.stringValue.flatMap({ Int($0) }), number >= 0 else {
                throw .invalid("max_batch_size is no whole number")
            }
            maximumBatch = number
        } else {
            maximumBatch = nil
        }
        others = members.filter { $0.name != "max_batch_size" }
    }

    /// Reads the body of a request to load a model: `{"parameters": {"config": "..."}}`, or nothing.
    package init(body: [UInt8]) throws(RequestError) {
        guard !body.isEmpty else {
            self.init()
            return
        }
        var scanner = JSONScanner(body)
        var text: String?
        try scanner.object { (scanner, name) throws(RequestError) in
            guard name == "parameters" else { return try scanner.skip() }
            try scanner.object { (scanner, name) throws(RequestError) in
                try Self.check(parameter: name)
                if name == "config" { text = try scanner.string() } else { try scanner.skip() }
            }
        }
        try scanner.end()
        guard let text else {
            self.init()
            return
        }
        try self.init(configuration: text)
    }

    /// Refuses parameters that bring the files of a model.
    package static func check(parameter name: String) throws(RequestError) {
        guard !name.hasPrefix("file:") else {
            throw RequestError(
                .forbidden, "a model's files are not taken from requests; put them into the folder of --repository")
        }
    }

    /// How a model is served with it.
    func options(_ options: ServingOptions) throws(RequestError) -> ServingOptions {
        var options = options
        if let maximumBatch, maximumBatch > 0 {
            guard maximumBatch <= options.maximumBatch else {
                throw .invalid(
                    "max_batch_size is \(maximumBatch), and the server was started with --max-batch \(options.maximumBatch)"
                )
            }
            options.maximumBatch = maximumBatch
        }
        return options
    }

    /// Checks that a model that was loaded with it is as it says.
    func check(_ model: ServedModel, _ options: ServingOptions) throws(RequestError) {
        if let maximumBatch, maximumBatch != model.configuredBatch {
            throw .invalid("max_batch_size is \(maximumBatch), and the model takes \(model.configuredBatch)")
        }
        guard !others.isEmpty else { return }
        let configuration = model.configuration(delay: options.delay)
        for member in others where configuration[member.name] != member.value {
            throw .invalid(
                "the configuration has another '\(member.name)' than the model; max_batch_size alone can be changed")
        }
    }
}
