"""Dumps what CPython's code generation makes of files, for flow_oracle.rs: python3.14 flow_oracle.py OUT FILE...

compiler_codegen tells the constants of a module only. Those of nested units are told from the tree, by the locations of
their loads, and from what is left of them in the code object; units where that fails are left out or show as differences
in the constants.
"""
import _testinternalcapi as t, ast, dis, opcode, sys, os, types, struct, warnings
warnings.simplefilter('ignore')
CT=types.CodeType
class Skip(Exception): pass
def key(v):
    if isinstance(v,tuple): return ('t',tuple(map(key,v)))
    if isinstance(v,frozenset): return ('z',frozenset(map(key,v)))
    if isinstance(v,float): return ('f',struct.pack('d',v))
    if isinstance(v,complex): return ('c',struct.pack('dd',v.real,v.imag))
    if isinstance(v,CT): return ('C',id(v))
    if isinstance(v,slice): return ('S',key(v.start),key(v.stop),key(v.step))
    return (type(v),v)
def enc(v,codes):
    if v is None: return 'N'
    if v is True: return 'T'
    if v is False: return 'F'
    if v is ...: return 'E'
    if type(v) is int: return 'i%x'%v if abs(v)>=0 else ''
    if type(v) is float: return 'f'+struct.pack('>d',v).hex()
    if type(v) is complex: return 'c'+struct.pack('>dd',v.real,v.imag).hex()
    if type(v) is str: return 's'+v.encode('utf8','surrogatepass').hex()
    if type(v) is bytes: return 'b'+v.hex()
    if type(v) is tuple: return 't(%s)'%','.join(enc(x,codes) for x in v)
    if type(v) is frozenset: return 'z(%s)'%','.join(sorted(enc(x,codes) for x in v))
    if type(v) is slice: return 'S(%s)'%','.join(enc(x,codes) for x in (v.start,v.stop,v.step))
    if type(v) is CT: return 'C%x'%codes.setdefault(id(v),len(codes))
    raise Skip(type(v))
def s(x): return x.encode('utf8','surrogatepass').hex() or '-'
def sl(xs): return ' '.join(s(x) for x in xs)
HASJ=set(dis.hasjump)|{dis._all_opmap[x] for x in 'JUMP JUMP_IF_FALSE JUMP_IF_TRUE JUMP_NO_INTERRUPT SETUP_CLEANUP SETUP_FINALLY SETUP_WITH'.split()}
O=dis._all_opmap
LC=O['LOAD_CONST']
def unit(out,path,seq,code,consts):
    codes={}
    ins=seq.get_instructions()
    lk=t.get_co_localskinds(code)
    hidden=[n for n,k in lk.items() if k&0x10]
    L=[]
    if any(i[0]==256 for i in ins) and any(isinstance(c,CT) and c.co_name=='__annotate__' for c in consts): raise Skip
    cells=sorted(code.co_cellvars) if code.co_flags&1 else code.co_cellvars
    L.append('U %s:%s:%d'%(path,code.co_qualname.replace(' ','_'),code.co_firstlineno))
    L.append('M %s %s %d %d %d %d %d'%(s(code.co_name),s(code.co_qualname),code.co_argcount,code.co_posonlyargcount,code.co_kwonlyargcount,code.co_firstlineno,code.co_flags))
    L.append('names '+sl(code.co_names)); L.append('varnames '+sl(code.co_varnames)); L.append('cellvars '+sl(cells)); L.append('freevars '+sl(code.co_freevars)); L.append('hidden '+sl(hidden))
    L.append('consts '+' '.join(enc(c,codes) for c in consts))
    for i in ins: L.append('i %d %d %d %d %d %d'%(i[0],i[1] or 0,*i[2:]))
    L.append('xconsts '+' '.join(enc(c,codes) for c in code.co_consts))
    L.append('xstack %d'%code.co_stacksize)
    L.append('xcode '+code.co_code.hex()); L.append('xline '+code.co_linetable.hex()); L.append('xexc '+code.co_exceptiontable.hex())
    L.append('xkinds '+' '.join('%s:%x'%(s(n),k) for n,k in lk.items()))
    L.append('end')
    out.write('\n'.join(L)+'\n')
stats=[0,0]
UN=object(); AMB=object()
def reconstruct(seq,code,amap,nested_codes):
    ins=seq.get_instructions()
    n=1+max([i[1] for i in ins if i[0]==LC],default=-1)
    c=[UN]*n
    for k,i in enumerate(ins):
        if i[0]!=LC or c[i[1]] is not UN: continue
        nx=ins[k+1] if k+1<len(ins) else None
        loc=i[2:]
        if nx[0]==O['MAKE_FUNCTION']: continue
        if nx[0]==O['IMPORT_NAME'] or (nx[0]==LC and ins[k+2][0]==O['IMPORT_NAME']):
            node=amap.get(('imp',loc))
            if node is None: continue
            if nx[0]==O['IMPORT_NAME']:
                c[i[1]]=None if isinstance(node,ast.Import) else tuple(a.name for a in node.names)
            else: c[i[1]]=0 if isinstance(node,ast.Import) else node.level
            continue
        if nx[0]==O['CALL_KW']: continue
        if nx[0]==O['STORE_NAME'] and nx[1]<len(code.co_names) and code.co_names[nx[1]]=='__firstlineno__': c[i[1]]=code.co_firstlineno; continue
        if nx[0]==O['STORE_NAME'] and nx[1]<len(code.co_names) and code.co_names[nx[1]] in('__static_attributes__','__qualname__','__doc__'): continue
        if loc[0]==-1 and nx[0] not in (O['RETURN_VALUE'],O['STORE_FAST'],O['STORE_NAME'],O['STORE_GLOBAL'],O['STORE_DEREF'],LC,O['CALL']): continue
        if loc[0]==-1: c[i[1]]=None; continue
        if nx[0]==O['SEND'] : c[i[1]]=None; continue
        v=amap.get(loc,UN)
        if v is not UN and v is not AMB: c[i[1]]=v; continue
        if nx[0]==LC and nx[1]==i[1] and ins[k+2][0]==LC and ins[k+3][0]==O['CALL']: c[i[1]]=None
    F=list(code.co_consts); j=0
    for idx in range(n):
        if c[idx] is UN:
            if j<len(F): c[idx]=F[j]; j+=1
            else: raise Skip
        elif j<len(F) and key(c[idx])==key(F[j]): j+=1
    return c
def walk(out,path,seq,code,consts,amap):
    nested=seq.get_nested()
    cc=[c for c in consts if isinstance(c,CT)]
    try: unit(out,path,seq,code,consts); stats[0]+=1
    except Skip: stats[1]+=1
    if len(cc)!=len(nested): stats[1]+=len(nested); return
    for q,c in zip(nested,cc):
        try:
            k=reconstruct(q,c,amap,None)
            if len([x for x in k if isinstance(x,CT)])!=len(q.get_nested()): raise Skip
        except Skip: stats[1]+=1; continue
        walk(out,path,q,c,k,amap)
def main(path,out):
    src=open(path,'rb').read()
    tree=ast.parse(src)
    amap={}
    for n in ast.walk(tree):
        if isinstance(n,(ast.Import,ast.ImportFrom)): amap[('imp',(n.lineno,n.end_lineno,n.col_offset,n.end_col_offset))]=n
        if isinstance(n,ast.Constant):
            loc=(n.lineno,n.end_lineno,n.col_offset,n.end_col_offset)
            if loc in amap and key(amap[loc])!=key(n.value): amap[loc]=AMB
            else: amap[loc]=n.value
    seq,md=t.compiler_codegen(ast.parse(src),path,0)
    code=compile(src,path,'exec',dont_inherit=True,optimize=0)
    # code objects in md consts correspond in order to those of code.co_consts
    mc=md['consts']
    walk(out,path,seq,code_like(code,mc),mc,amap)
def code_like(code,mc):
    # make const code objects comparable: replace equal ones in code by those of md
    new=[]
    pool=[c for c in mc if isinstance(c,CT)]
    for c in code.co_consts:
        if isinstance(c,CT):
            for p in pool:
                if p==c: c=p;break
        new.append(c)
    return code.replace(co_consts=tuple(new))
if __name__=='__main__':
    outp=sys.argv[1]
    for p in sys.argv[2:]:
        pid=os.fork()
        if pid==0:
            try:
                with open(outp,'a') as out: main(p,out)
                print(p.split('/')[-1],stats,file=sys.stderr)
            except (SyntaxError,UnicodeDecodeError,ValueError) as e: print(p,repr(e)[:200],file=sys.stderr)
            except BaseException as e:
                import traceback; traceback.print_exc()
            sys.stderr.flush()
            os._exit(0)
        _,st=os.waitpid(pid,0)
        if st: print(p,'status',st,file=sys.stderr)
