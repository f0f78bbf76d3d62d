/* One module from start to object: describe, link the C of compiler/bpf/, lower, verify, optimise,
 * emit. Traps that are known and avoided here: without a DISubprogram on every function and a full
 * compile unit libbpf drops line info; LLVM's default diagnostic handler ends the process; at level
 * None the BPF back end miscompiles; a module of another target-cpu is not inlined. */
#include "compiler/codegen/codegen.h"
#include "compiler/codegen/gen.h"
#include "compiler/kernel/kernel.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/Disassembler.h>
#include <llvm-c/Linker.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <string.h>
#include <unistd.h>

extern const unsigned char nt_bpf_bitcode[];
extern const unsigned int nt_bpf_bitcode_size;

/* Not `default<O2>`: these few do nearly as well on what we emit, in a tenth of the time. */
static const char early[] = "default<O0>";
static const char passes[] =
    "function(sroa,early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,"
    "jump-threading,gvn,dse,adce,simplifycfg)";

struct report {
    char *text;
    bool failed;
};

static void on_diagnostic(LLVMDiagnosticInfoRef info, void *arg)
{
    struct report *r = arg;
    char *text;

    if (LLVMGetDiagInfoSeverity(info) != LLVMDSError)
        return;
    text = LLVMGetDiagInfoDescription(info);
    snprintf(r->text, 512, "%s", text);
    r->failed = true;
    LLVMDisposeMessage(text);
}

static int fail(struct report *r, const char *what, char *llvm_text)
{
    snprintf(r->text, 512, "%s: %s", what, llvm_text ? llvm_text : "");
    r->failed = true;
    if (llvm_text)
        LLVMDisposeMessage(llvm_text);
    return -1;
}

static LLVMTargetMachineRef open_target(struct nt_gen *g, struct report *r)
{
    static const char *const cpus[] = {"v2", "v2", "v2", "v3", "v4"};
    int isa = nt_kernel_isa(g->u->cx->kernel);
    LLVMTargetRef target;
    char *text = NULL;

    LLVMInitializeBPFTargetInfo();
    LLVMInitializeBPFTarget();
    LLVMInitializeBPFTargetMC();
    LLVMInitializeBPFAsmPrinter();
    LLVMInitializeBPFAsmParser(); /* for the few instructions that memory.c spells out */
    LLVMInitializeBPFDisassembler();
    if (LLVMGetTargetFromTriple("bpfel", &target, &text)) {
        fail(r, "no BPF target", text);
        return NULL;
    }
    return LLVMCreateTargetMachine(target, "bpfel", cpus[isa], "", LLVMCodeGenLevelDefault,
                                   LLVMRelocDefault, LLVMCodeModelDefault);
}

static void open_types(struct nt_gen *g)
{
    g->i1 = LLVMInt1TypeInContext(g->ctx);
    g->i8 = LLVMInt8TypeInContext(g->ctx);
    g->i16 = LLVMInt16TypeInContext(g->ctx);
    g->i32 = LLVMInt32TypeInContext(g->ctx);
    g->i64 = LLVMInt64TypeInContext(g->ctx);
    g->ptr = LLVMPointerTypeInContext(g->ctx, 0);
    g->none = LLVMVoidTypeInContext(g->ctx);
}

static void describe_module(struct nt_gen *g)
{
    static const char version[] = "Debug Info Version", producer[] = "ntrace";
    uint32_t n = g->u->cx->sources.n;

    LLVMAddModuleFlag(g->module, LLVMModuleFlagBehaviorWarning, version, sizeof(version) - 1,
                      LLVMValueAsMetadata(nt_i32(g, LLVMDebugMetadataVersion())));
    /* CodeView in place of DWARF: nobody reads DWARF here, and BTF is made all the same. */
    LLVMAddModuleFlag(g->module, LLVMModuleFlagBehaviorWarning, "CodeView", 8,
                      LLVMValueAsMetadata(nt_i32(g, 1)));
    g->di = LLVMCreateDIBuilder(g->module);
    g->files = NT_NEW_N(g->u->cx->arena, LLVMMetadataRef, n);
    for (uint32_t i = 0; i < n; i++) {
        const char *name = g->u->cx->sources.at[i].name;

        g->files[i] = LLVMDIBuilderCreateFile(g->di, name, strlen(name), "", 0);
    }
    LLVMDIBuilderCreateCompileUnit(g->di, LLVMDWARFSourceLanguageC, g->files[g->u->source],
                                   producer, sizeof(producer) - 1, true, "", 0, 0, "", 0,
                                   LLVMDWARFEmissionFull, 0, false, false, "", 0, "", 0);
    g->int_type = LLVMDIBuilderCreateBasicType(g->di, "int", 3, 32, 5 /* DW_ATE_signed */, 0);
}

static void open_gen(struct nt_gen *g, struct report *r, LLVMTargetMachineRef machine)
{
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine);

    g->ctx = LLVMContextCreate();
    LLVMContextSetDiagnosticHandler(g->ctx, on_diagnostic, r);
    g->module = LLVMModuleCreateWithNameInContext("ntrace", g->ctx);
    LLVMSetTarget(g->module, "bpfel");
    LLVMSetModuleDataLayout(g->module, layout);
    LLVMDisposeTargetData(layout);
    g->b = LLVMCreateBuilderInContext(g->ctx);
    g->has_fetch = nt_kernel_isa(g->u->cx->kernel) >= 3 &&
                   nt_kernel_has(g->u->cx->kernel, NT_FEATURE_ATOMIC_FETCH);
    open_types(g);
    describe_module(g);
}

/* -- the C of compiler/bpf/ ------------------------------------------------------------------- */

void nt_make_inline(struct nt_gen *g, LLVMValueRef fn)
{
    static const char always[] = "alwaysinline", never[] = "noinline";
    static const char cpu[] = "target-cpu", features[] = "target-features";
    LLVMAttributeIndex at = (LLVMAttributeIndex)LLVMAttributeFunctionIndex;

    LLVMRemoveStringAttributeAtIndex(fn, at, cpu, sizeof(cpu) - 1);
    LLVMRemoveStringAttributeAtIndex(fn, at, features, sizeof(features) - 1);
    LLVMRemoveEnumAttributeAtIndex(fn, at,
                                   LLVMGetEnumAttributeKindForName(never, sizeof(never) - 1));
    LLVMAddAttributeAtIndex(
        fn, at,
        LLVMCreateEnumAttribute(g->ctx, LLVMGetEnumAttributeKindForName(always, sizeof(always) - 1),
                                0));
    LLVMSetLinkage(fn, LLVMInternalLinkage);
}

static int link_bitcode(struct nt_gen *g, struct report *r)
{
    LLVMMemoryBufferRef buffer = LLVMCreateMemoryBufferWithMemoryRange(
        (const char *)nt_bpf_bitcode, nt_bpf_bitcode_size, "bpf", 0);
    LLVMModuleRef rt;

    if (LLVMParseBitcodeInContext2(g->ctx, buffer, &rt))
        return fail(r, "the bitcode can't be read", NULL);
    LLVMSetTarget(rt, "bpfel");
    LLVMSetDataLayout(rt, LLVMGetDataLayoutStr(g->module));
    if (LLVMLinkModules2(g->module, rt))
        return fail(r, "the bitcode can't be linked", NULL);
    for (LLVMValueRef fn = LLVMGetFirstFunction(g->module); fn; fn = LLVMGetNextFunction(fn))
        if (!LLVMIsDeclaration(fn))
            nt_make_inline(g, fn);
    return 0;
}

/* Before 5.5 one helper reads kernel and user memory alike: bpf_probe_read(_str). */
static void use_old_helpers(struct nt_gen *g)
{
    static const unsigned pairs[][2] = {{112, 4}, {113, 4}, {114, 45}, {115, 45}};

    for (LLVMValueRef fn = LLVMGetFirstFunction(g->module); fn; fn = LLVMGetNextFunction(fn))
        for (LLVMBasicBlockRef bb = LLVMGetFirstBasicBlock(fn); bb; bb = LLVMGetNextBasicBlock(bb))
            for (LLVMValueRef i = LLVMGetFirstInstruction(bb); i; i = LLVMGetNextInstruction(i)) {
                LLVMValueRef callee = LLVMIsACallInst(i) ? LLVMGetCalledValue(i) : NULL;

                for (size_t p = 0; p < sizeof(pairs) / sizeof(*pairs); p++)
                    if (callee == LLVMConstIntToPtr(nt_i64(g, pairs[p][0]), g->ptr))
                        LLVMSetOperand(i, (unsigned)LLVMGetNumOperands(i) - 1,
                                       LLVMConstIntToPtr(nt_i64(g, pairs[p][1]), g->ptr));
            }
}

static void drop_unused(struct nt_gen *g)
{
    for (LLVMValueRef fn = LLVMGetFirstFunction(g->module), next; fn; fn = next) {
        next = LLVMGetNextFunction(fn);
        if (LLVMGetLinkage(fn) == LLVMInternalLinkage && !LLVMGetFirstUse(fn))
            LLVMDeleteFunction(fn);
    }
}

static void add_license(struct nt_gen *g)
{
    LLVMValueRef text = LLVMConstStringInContext2(g->ctx, "GPL", 3, false);
    LLVMValueRef license = LLVMAddGlobal(g->module, LLVMTypeOf(text), "_license");

    LLVMSetInitializer(license, text);
    LLVMSetSection(license, "license");
}

static int build(struct nt_gen *g, struct report *r)
{
    char *text = NULL;

    if (link_bitcode(g, r) < 0)
        return -1;
    nt_make_cast(g);
    nt_make_maps(g);
    nt_vec_each (p, &g->u->progs)
        nt_lower_prog(g, p);
    add_license(g);
    drop_unused(g);
    if (!nt_kernel_has(g->u->cx->kernel, NT_FEATURE_READ_KERNEL))
        use_old_helpers(g);
    LLVMDIBuilderFinalize(g->di);
    if (LLVMVerifyModule(g->module, LLVMReturnStatusAction, &text))
        return fail(r, "invalid module", text);
    LLVMDisposeMessage(text);
    return 0;
}

static int optimise(struct nt_gen *g, LLVMTargetMachineRef machine, struct report *r)
{
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef err = LLVMRunPasses(g->module, early, machine, options);

    if (!err)
        err = LLVMRunPasses(g->module, passes, machine, options);
    LLVMDisposePassBuilderOptions(options);
    if (err) {
        char *text = LLVMGetErrorMessage(err);

        snprintf(r->text, 512, "passes: %s", text);
        LLVMDisposeErrorMessage(text);
        return -1;
    }
    nt_order_blocks(g);
    return 0;
}

/* -- what comes out --------------------------------------------------------------------------- */

static int write_all(int fd, const char *at, size_t size)
{
    while (size) {
        ssize_t n = write(fd, at, size);

        if (n < 0)
            return -1;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

static LLVMMemoryBufferRef emit(struct nt_gen *g, LLVMTargetMachineRef machine,
                                LLVMCodeGenFileType kind, struct report *r)
{
    LLVMMemoryBufferRef out;
    char *text = NULL;

    if (LLVMTargetMachineEmitToMemoryBuffer(machine, g->module, kind, &text, &out)) {
        fail(r, "emit", text);
        return NULL;
    }
    return r->failed ? NULL : out; /* the emitter says yes even then */
}

static int hand_over(struct nt_gen *g, LLVMTargetMachineRef machine, int fd, struct report *r)
{
    LLVMMemoryBufferRef object = emit(g, machine, LLVMObjectFile, r);

    if (!object)
        return -1;
    if (write_all(fd, LLVMGetBufferStart(object), LLVMGetBufferSize(object)) == 0)
        return 0;
    snprintf(r->text, 512, "the object can't be handed over: %m");
    return -1;
}

static int dump_asm(struct nt_gen *g, LLVMTargetMachineRef machine, FILE *out, struct report *r)
{
    LLVMMemoryBufferRef text = emit(g, machine, LLVMAssemblyFile, r);

    if (text)
        fwrite(LLVMGetBufferStart(text), 1, LLVMGetBufferSize(text), out);
    return text ? 0 : -1;
}

static void dump_llvm(struct nt_gen *g, FILE *out)
{
    char *text = LLVMPrintModuleToString(g->module);

    fputs(text, out);
    LLVMDisposeMessage(text);
}

int nt_codegen(struct nt_unit *u, enum nt_codegen_dump dump, FILE *out, int fd, char text[512])
{
    struct nt_gen g = {.u = u};
    struct report r = {.text = text};
    LLVMTargetMachineRef machine = open_target(&g, &r);

    text[0] = '\0';
    if (!machine)
        return -1;
    open_gen(&g, &r, machine);
    if (build(&g, &r) < 0)
        return -1;
    if (dump == NT_DUMP_LLVM) {
        dump_llvm(&g, out);
        return 0;
    }
    if (optimise(&g, machine, &r) < 0)
        return -1;
    if (dump == NT_DUMP_ASM)
        return dump_asm(&g, machine, out, &r);
    return hand_over(&g, machine, fd, &r);
}
