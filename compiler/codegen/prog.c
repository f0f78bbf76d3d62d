/* A BPF program: the bodies of one probe, one behind the other, each with its own condition. */
#include "compiler/codegen/gen.h"

#include <string.h>

static LLVMMetadataRef describe_function(struct nt_gen *g, const struct nt_prog *p)
{
    struct nt_span at = p->handler[0]->at;
    LLVMMetadataRef params[] = {g->int_type,
                                g->int_type}; /* long f(void *ctx): BTF wants no more */
    LLVMMetadataRef file = g->files[at.source];
    LLVMMetadataRef type = LLVMDIBuilderCreateSubroutineType(g->di, file, params, 2, 0);
    unsigned line = nt_pos_of(g->u->cx, at).line;

    LLVMMetadataRef fn =
        LLVMDIBuilderCreateFunction(g->di, file, p->name, strlen(p->name), p->name, strlen(p->name),
                                    file, line, type, 0, 1, line, 0, 1);

    /* Kernels take no BTF with a parameter that has no name, and without BTF no line info. */
    LLVMDIBuilderCreateParameterVariable(g->di, fn, "ctx", 3, 1, file, line, g->int_type, true, 0);
    return fn;
}

static void open_function(struct nt_gen *g, const struct nt_prog *p)
{
    LLVMTypeRef type = LLVMFunctionType(g->i32, &g->ptr, 1, false);
    static const char nounwind[] = "nounwind";
    unsigned id = LLVMGetEnumAttributeKindForName(nounwind, sizeof(nounwind) - 1);

    memset(&g->f, 0, sizeof(g->f));
    g->f.prog = p;
    g->f.fn = LLVMAddFunction(g->module, p->name, type);
    LLVMSetSection(g->f.fn, p->bound->target.section);
    LLVMAddAttributeAtIndex(g->f.fn, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                            LLVMCreateEnumAttribute(g->ctx, id, 0));
    LLVMAddTargetDependentFunctionAttr(g->f.fn, "no-builtins", "");
    g->f.scope = describe_function(g, p);
    LLVMSetSubprogram(g->f.fn, g->f.scope);
    g->f.ctx = LLVMGetParam(g->f.fn, 0);
    g->f.entry = nt_block_new(g, "entry");
}

/* Gives the layers that are parsed whatever the conditions say. */
static uint16_t where(struct nt_gen *g, const struct nt_handler *h)
{
    uint16_t always = 0;

    for (uint32_t i = 0; i < h->nwhere; i++) {
        LLVMBasicBlockRef next = nt_block_new(g, "where");

        nt_set_location(g, h->where[i]->at);
        nt_need_layers(g, h->where[i]->layers);
        if (i == 0)
            always = g->f.layers;
        nt_lower_cond(g, h->where[i], next, g->f.leave);
        nt_at(g, next);
    }
    return always;
}

/* By its end only: there is one jump behind it. */
static bool is_left_once(const struct nt_gen *g)
{
    LLVMUseRef jump = LLVMGetFirstUse(LLVMBasicBlockAsValue(g->f.leave));

    return jump && !LLVMGetNextUse(jump);
}

static void lower_handler(struct nt_gen *g, const struct nt_handler *h)
{
    uint16_t layers = g->f.layers, always;
    LLVMBasicBlockRef pass, none = nt_block_new(g, "leave");
    bool framed = h->frame && h->returning;

    g->f.handler = h;
    g->f.leave = framed ? nt_block_new(g, "returned") : none;
    nt_set_location(g, h->at);
    if (framed)
        nt_open_frame(g, none);
    always = where(g, h);
    if (h->guard) {
        pass = nt_block_new(g, "pass");
        nt_lower_guard(g, h->guard, pass, g->f.leave);
        nt_at(g, pass);
    }
    nt_lower_stmts(g, h->body);
    nt_jump(g, g->f.leave);
    if (is_left_once(g))
        always = g->f.layers;
    nt_at(g, g->f.leave);
    if (framed) {
        nt_close_frame(g);
        LLVMBuildBr(g->b, none);
        nt_at(g, none);
    }
    /* What was parsed on every way holds for the bodies behind; but not what is the call's own, and
     * a stage may have been passed by. */
    if (!h->returning && !h->step)
        layers |= always & (uint16_t)~NT_LAYER_LATENCY;
    g->f.layers = layers;
}

/* Of the first n conditions of a body. */
static uint16_t layers_of(const struct nt_handler *h, uint32_t n)
{
    uint16_t layers = 0;

    for (uint32_t i = 0; i < n && i < h->nwhere; i++)
        layers |= h->where[i]->layers;
    return layers & (uint16_t)~NT_LAYER_LATENCY;
}

/* Layers are parsed once, before all bodies, where two ask for them first of all or three at all.
 */
static void shared_layers(struct nt_gen *g, const struct nt_prog *p)
{
    uint16_t first = 0, one = 0, two = 0, shared = 0;

    if (p->handler[0]->returning)
        return; /* the packet is each body's own: as its call kept it */
    for (uint32_t i = 0; i < p->nhandlers; i++) {
        uint16_t asked = layers_of(p->handler[i], 1), all = layers_of(p->handler[i], UINT32_MAX);

        shared |= (first & asked) | (two & all);
        first |= asked;
        two |= one & all;
        one |= all;
    }
    g->f.handler = p->handler[0];
    nt_need_layers(g, shared);
}

static bool speaks_of(const struct nt_expr *e, const struct nt_packet *p)
{
    if (e->layers & (uint16_t)~NT_LAYER_LATENCY ||
        (e->op == NT_E_ARG && p->skb->op == NT_E_ARG && e->index == p->skb->index))
        return true;
    for (uint32_t i = 0; i < e->nkids; i++)
        if (speaks_of(e->kid[i], p))
            return true;
    return false;
}

/* Is a condition false without a packet? Comparisons with what is absent are. */
static bool wants_packet(const struct nt_expr *e, const struct nt_packet *p)
{
    if (e->op == NT_E_NOT)
        return false;
    if (e->op == NT_E_OR)
        return wants_packet(e->kid[0], p) && wants_packet(e->kid[1], p);
    return speaks_of(e, p);
}

static bool runs_without_packet(const struct nt_handler *h)
{
    for (uint32_t i = 0; i < h->nwhere; i++)
        if (wants_packet(h->where[i], h->packet))
            return false;
    return true;
}

/* An event with a packet has one. Where the kernel calls without (an empty qdisc_dequeue) it is not
 * the event; a body that would have run for it is told so. */
static void want_packet(struct nt_gen *g, const struct nt_prog *p)
{
    const struct nt_packet *packet = p->handler[0]->packet;
    LLVMBasicBlockRef none, some;

    g->f.handler = p->handler[0];
    if (!packet || p->handler[0]->returning)
        return;
    none = nt_block_new(g, "no_packet");
    some = nt_block_new(g, "packet");
    nt_branch(g, LLVMBuildICmp(g->b, LLVMIntEQ, nt_lower(g, packet->skb).w[0], nt_i64(g, 0), ""),
              none, some);
    nt_at(g, none);
    for (uint32_t i = 0; i < p->nhandlers; i++)
        if (runs_without_packet(p->handler[i])) {
            nt_count(g, NT_CNT_NO_PACKET);
            break;
        }
    LLVMBuildRet(g->b, nt_i32(g, 0));
    nt_at(g, some);
}

static bool same_path(const struct nt_handler *a, const struct nt_handler *b)
{
    return a->step && b->step && a->step->path == b->step->path;
}

/* Stages of one path stand one behind the other, the furthest first: who takes the event leaves all
 * of them. */
static void begin_path(struct nt_gen *g, const struct nt_prog *p, uint32_t i)
{
    if (p->handler[i]->step && (i == 0 || !same_path(p->handler[i - 1], p->handler[i])))
        g->f.taken = nt_block_new(g, "taken");
}

static void end_path(struct nt_gen *g, const struct nt_prog *p, uint32_t i)
{
    if (!p->handler[i]->step ||
        (i + 1 < p->nhandlers && same_path(p->handler[i], p->handler[i + 1])))
        return;
    nt_jump(g, g->f.taken);
    nt_at(g, g->f.taken);
}

void nt_lower_prog(struct nt_gen *g, const struct nt_prog *p)
{
    LLVMBasicBlockRef start;

    open_function(g, p);
    start = nt_block_new(g, "start");
    nt_at(g, start);
    nt_set_location(g, p->handler[0]->at);
    want_packet(g, p);
    shared_layers(g, p);
    for (uint32_t i = 0; i < p->nhandlers; i++) {
        begin_path(g, p, i);
        lower_handler(g, p->handler[i]);
        end_path(g, p, i);
    }
    LLVMBuildRet(g->b, nt_i32(g, 0));
    nt_fit_scratch(g);
    nt_at(g, g->f.entry);
    LLVMBuildBr(g->b, start);
    LLVMDIBuilderFinalizeSubprogram(g->di, g->f.scope);
}
