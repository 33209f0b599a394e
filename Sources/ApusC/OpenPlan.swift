internal import ApusGraph
internal import ApusPlan
internal import ApusRuntime
internal import CApus

/// What `apus_plan` points to: a plan, and what C is told of it.
@safe
struct OpenPlan: ~Copyable {
    let plan: Plan
    let name: UnsafePointer<CChar>
    let target: UnsafePointer<CChar>
    let inputs: [apus_port]
    let outputs: [apus_port]
    let labels: [UnsafePointer<CChar>]
    let preparation: [(name: UnsafePointer<CChar>, value: UnsafePointer<CChar>)]
    /// Has the texts and shapes.
    private let memory: CMemory

    init(_ plan: Plan) {
        var memory = CMemory()
        self.plan = plan
        unsafe name = memory.text(plan.name)
        unsafe target = memory.text(plan.target.rawValue)
        unsafe inputs = Self.ports(plan.inputs, in: &memory)
        unsafe outputs = Self.ports(plan.outputs, in: &memory)
        var labels: [UnsafePointer<CChar>] = unsafe []
        for label in plan.labels { unsafe labels.append(memory.text(label)) }
        unsafe self.labels = unsafe labels
        var preparation: [(name: UnsafePointer<CChar>, value: UnsafePointer<CChar>)] = unsafe []
        for field in plan.preparation {
            unsafe preparation.append((memory.text(field.name), memory.text(field.value)))
        }
        unsafe self.preparation = unsafe preparation
        self.memory = memory
    }

    private static func ports(_ ports: [Port], in memory: inout CMemory) -> [apus_port] {
        var records: [apus_port] = unsafe []
        for port in ports { unsafe records.append(apus_port(port, in: &memory)) }
        return unsafe records
    }

    /// Makes the plan that a handle stands for; ``close(_:)`` ends it.
    static func handle(_ plan: Plan) -> OpaquePointer {
        let place = UnsafeMutablePointer<OpenPlan>.allocate(capacity: 1)
        unsafe place.initialize(to: OpenPlan(plan))
        return OpaquePointer(place)
    }

    /// The plan of a handle, which is there until it is closed.
    static func place(of handle: OpaquePointer?) throws(Failure) -> UnsafePointer<OpenPlan> {
        guard let handle = unsafe handle else { throw .invalidArgument("the plan is NULL; open one") }
        return unsafe UnsafePointer(handle)
    }

    /// Ends a plan; its sessions hold what they need.
    static func close(_ handle: OpaquePointer?) {
        guard let handle = unsafe handle else { return }
        let place = unsafe UnsafeMutablePointer<OpenPlan>(handle)
        unsafe place.deinitialize(count: 1)
        unsafe place.deallocate()
    }
}

extension Plan {
    /// Which of the inputs or outputs a name is.
    func number(of name: String, isInput: Bool) throws(Failure) -> Int {
        let ports = isInput ? inputs : outputs
        guard let number = ports.firstIndex(where: { $0.name == name }) else {
            let near = nearName(to: name, among: ports.map(\.name)).map { "did you mean '\($0)'?" }
            let known = ports.isEmpty ? "none" : enumeration(ports.map(\.description))
            throw Failure(
                .unknownName,
                "the plan has no \(isInput ? "input" : "output") '\(name)'; \(near ?? "it has \(known)")")
        }
        return number
    }
}

extension apus_port {
    /// What C is told of a port.
    fileprivate init(_ port: Port, in memory: inout CMemory) {
        unsafe self.init()
        unsafe name = memory.text(port.name)
        unsafe type = memory.text(port.typeText)
        unsafe shape = memory.numbers(port.sampleShape)
        unsafe rank = Int32(port.sampleShape.count)
        unsafe element_type = ElementTypes.number(of: port.elementType)
        unsafe is_shared = port.isShared ? 1 : 0
        let number =
            switch port.meaning {
            case .numbers: APUS_NUMBERS
            case .probabilities: APUS_PROBABILITIES
            case .logProbabilities: APUS_LOG_PROBABILITIES
            case .independentProbabilities: APUS_INDEPENDENT_PROBABILITIES
            }
        unsafe meaning = Int32(number)
        unsafe sample_elements = port.sampleElements
        unsafe sample_bytes = port.sampleBytes
    }
}
